// SPDX-License-Identifier: BSD-2-Clause
// Catalogue of the findings that claims/ and rules/ report (E2xx, W2xx).
#pragma once

#include <span>

#include "mkl/support/diagnostic.hpp"

namespace mkl {

std::span<const FindingDoc> rules_findings();

}  // namespace mkl
