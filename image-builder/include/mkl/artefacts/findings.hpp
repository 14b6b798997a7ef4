// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <span>

#include "mkl/support/diagnostic.hpp"

namespace mkl {

/// E540 to E569, N54x.
std::span<const FindingDoc> artefacts_findings();

}  // namespace mkl
