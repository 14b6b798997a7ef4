// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <optional>

#include "proof.hpp"

namespace mkl::verify {

/// Everything readable in the image. What cannot be read is a violation (E600 to E605, E620, E630,
/// E640); nullopt if nothing can be said without it.
std::optional<ImageView> open_image(const ByteView& image, Proof& proof);

}  // namespace mkl::verify
