// SPDX-License-Identifier: BSD-2-Clause
// User address spaces: tables below a VSpace object, and address space numbers in pools. Shared by
// the architectures whose tables have 512 entries of 8 bytes; what differs is in paging.hpp.
#pragma once

#include "kernel.hpp"
#include "page_table.hpp"

namespace mkl::kernel::arch {

/// Loads the thread's address space, or an empty one if it has none.
void set_vm_root(const Tcb& tcb);

struct Walk {
    Entry* entry;    // the last one looked at
    unsigned level;  // of that entry
};
/// Goes down as far as there are tables.
Walk walk(Phys root, Word address);
/// VSpace of an address space number, 0 if it has none.
Phys vspace_of(Word asid);

Status decode_asid_control(Invocation& in);
Status decode_asid_pool(Invocation& in);

/// The VSpace argument of a map operation: assigned to an address space and not replaced since.
Status check_vspace(const Slot* slot, Phys& root, Word& asid);

}  // namespace mkl::kernel::arch
