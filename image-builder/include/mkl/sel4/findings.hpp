// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <span>

#include "mkl/support/diagnostic.hpp"

namespace mkl {

/// E550 to E569.
std::span<const FindingDoc> sel4_findings();

}  // namespace mkl
