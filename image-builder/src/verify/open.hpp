// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <optional>
#include <vector>

#include "proof.hpp"

namespace mkl::verify {

/// The containers; none after E600.
std::vector<Container> open_all(const ByteView& image, Proof& proof);

/// Everything readable in the image. What cannot be read is a violation (E602 to E605, E620, E630,
/// E640); nullopt if nothing can be said without it.
std::optional<ImageView> open_image(Container container, Proof& proof);

}  // namespace mkl::verify
