// SPDX-License-Identifier: BSD-2-Clause
// The findings that mkl::hardware reports, for `mkl explain`.
#pragma once

#include <span>

#include "mkl/support/diagnostic.hpp"

namespace mkl {

std::span<const FindingDoc> hardware_findings();

}  // namespace mkl
