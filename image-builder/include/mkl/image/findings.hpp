// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <span>

#include "mkl/support/diagnostic.hpp"

namespace mkl {

/// E570 to E589.
std::span<const FindingDoc> image_findings();

}  // namespace mkl
