// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <span>

#include "mkl/support/diagnostic.hpp"

namespace mkl {

/// E700 to E719.
std::span<const FindingDoc> qemu_findings();

}  // namespace mkl
