// SPDX-License-Identifier: BSD-2-Clause
// Catalogue of the findings that partition/ reports (E3xx, N3xx).
#pragma once

#include <span>

#include "mkl/support/diagnostic.hpp"

namespace mkl {

std::span<const FindingDoc> partition_findings();

}  // namespace mkl
