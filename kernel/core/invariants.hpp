// SPDX-License-Identifier: BSD-2-Clause
// Checks of the kernel's own data. The debug build runs them when a user asks (DebugSnapshot);
// host tests run them after every operation.
#pragma once

#include "kernel.hpp"

namespace mkl::kernel {

/// What is wrong, with a line number of invariants.cpp; line 0: nothing.
struct Violation {
    unsigned line = 0;
    Word value = 0;
};

/// Everything that hangs on run queues and the current thread. Constant time a thread.
Violation check_scheduler();
/// Derivation list around every slot of a CNode or TCB.
Violation check_slots(const Slot* slots, Word count);
/// All CNodes reachable from `root`, to a depth of two CNodes.
Violation check_cspace(Cap root);

}  // namespace mkl::kernel
