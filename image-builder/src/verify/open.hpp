// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <optional>

#include "proof.hpp"

namespace mkl::verify {

/// The container, its checksums compared (E601); nullopt after E600.
std::optional<Container> open_checked(const ByteView& image, Proof& proof);

/// Everything readable in the image. What cannot be read is a violation (E602 to E605, E620, E630,
/// E640); nullopt if nothing can be said without it.
std::optional<ImageView> open_image(Container container, Proof& proof);

}  // namespace mkl::verify
