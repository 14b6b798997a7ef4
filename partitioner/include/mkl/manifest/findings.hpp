// SPDX-License-Identifier: BSD-2-Clause
// Catalogue of the findings that manifest/ reports (E0xx, E1xx).
#pragma once

#include <span>

#include "mkl/support/diagnostic.hpp"

namespace mkl {

std::span<const FindingDoc> manifest_findings();

}  // namespace mkl
