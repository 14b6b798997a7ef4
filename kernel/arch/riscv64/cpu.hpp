// SPDX-License-Identifier: BSD-2-Clause
// Between the files of this architecture; the core sees core/arch.hpp only.
#pragma once

#include "tcb.hpp"

namespace mkl::kernel::arch {

/// Handles what is pending among software, timer and external interrupts.
void take_interrupts();
void init_timer();

}  // namespace mkl::kernel::arch
