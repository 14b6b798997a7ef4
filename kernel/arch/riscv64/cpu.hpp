// SPDX-License-Identifier: BSD-2-Clause
// Between the files of this architecture; the core sees core/arch.hpp only.
#pragma once

#include "tcb.hpp"

namespace mkl::kernel::arch {

/// Handles what is pending among software, timer and external interrupts.
void take_interrupts();
void init_timer();
/// A floating-point instruction trapped: true if the thread may go on. Looks like any illegal
/// instruction: granting the unit once and trapping again tells the two apart.
bool take_fpu_trap(Tcb& tcb);

}  // namespace mkl::kernel::arch
