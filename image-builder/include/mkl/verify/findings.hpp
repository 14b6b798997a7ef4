// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <span>

#include "mkl/support/diagnostic.hpp"

namespace mkl {

/// E600 to E699.
std::span<const FindingDoc> verify_findings();

}  // namespace mkl
