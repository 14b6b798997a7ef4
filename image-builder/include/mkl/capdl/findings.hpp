// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <span>

#include "mkl/support/diagnostic.hpp"

namespace mkl {

/// E520 to E539.
std::span<const FindingDoc> capdl_findings();

}  // namespace mkl
