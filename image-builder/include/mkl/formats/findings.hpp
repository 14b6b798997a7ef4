// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <span>

#include "mkl/support/diagnostic.hpp"

namespace mkl {

/// E500 to E519.
std::span<const FindingDoc> formats_findings();

}  // namespace mkl
