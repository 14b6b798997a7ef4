// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/verify/findings.hpp"

namespace mkl {

std::span<const FindingDoc> verify_findings() { return {}; }

}  // namespace mkl
