// SPDX-License-Identifier: BSD-2-Clause
// What entry.cpp offers to an architecture's own entry code, and what it needs from it.
#pragma once

#include "kernel.hpp"

extern "C" {
// Called by the assembler with the trapped thread's registers; the result is whose to restore.
mkl::kernel::arch::Context* enter_syscall(mkl::kernel::arch::Context* context);
mkl::kernel::arch::Context* enter_call(mkl::kernel::arch::Context* context);
mkl::kernel::arch::Context* enter_reply_receive(mkl::kernel::arch::Context* context);
}

namespace mkl::kernel::arch {

/// Chooses who runs; that thread's registers.
Context* leave();

/// Boots from the record at physical address `record`, whose status page is at `status` (0: none).
/// Does not come back unless there is a thread to run.
void start(Phys record, Phys status);

/// Maps the record's RAM and, in the debug build, the console or the log ring. On false the reason
/// has been reported.
bool map_ram_and_console(const rt::BootRecord& record);

// ---- From the architecture ----------------------------------------------------------------------

bool map_ram(Phys base, uint64_t size);
/// Kernel addresses for physical ones; null if there is no room. Device registers:
void* map_registers(Phys pa, uint64_t size);
/// A status page:
void* map_status(Phys pa);
/// Boot record, read-only:
const void* map_record(Phys pa, uint64_t size);
/// Shared memory of the record, with the attributes that its other users have:
void* map_shared(const rt::BootRecord& record, Phys pa, uint64_t size);

}  // namespace mkl::kernel::arch
