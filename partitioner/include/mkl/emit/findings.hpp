// SPDX-License-Identifier: BSD-2-Clause
// The findings that mkl::emit reports, for `mkl explain`.
#pragma once

#include <span>

#include "mkl/support/diagnostic.hpp"

namespace mkl {

std::span<const FindingDoc> emit_findings();

}  // namespace mkl
