// SPDX-License-Identifier: BSD-2-Clause
// A loader that firmware, or a machine without any, entered at EL3. settle_level is in arch.hpp.
#pragma once

#include "arch.hpp"

namespace mkl::loader::arch {

/// There is nobody below to start CPUs; those that came in at EL3 beside the boot CPU wait in
/// el3.S.
bool entered_at_el3();

/// Lets the waiting CPU that `context` is for run it. As with a spin table, whether it is there
/// shows later.
void let_go_from_el3(const CpuContext& context);

}  // namespace mkl::loader::arch
