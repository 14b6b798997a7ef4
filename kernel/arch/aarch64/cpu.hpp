// SPDX-License-Identifier: BSD-2-Clause
// Between the files of this architecture; the core sees core/arch.hpp only.
#pragma once

#include "tcb.hpp"

namespace mkl::kernel::arch {

/// A floating-point instruction trapped: true if the thread may go on.
bool take_fpu_trap(Tcb& tcb);
/// Handles the interrupt that is pending, if any.
void take_interrupts();
void init_timer();
/// Floating point traps until a thread wants it.
void init_fpu();
/// Sets the next tick.
void rearm_timer();

}  // namespace mkl::kernel::arch
