// SPDX-License-Identifier: BSD-2-Clause
// User address spaces: four levels from a VSpace object, and address space numbers in pools.
#pragma once

#include "kernel.hpp"
#include "page_table.hpp"

namespace mkl::kernel::arch {

/// Loads the thread's address space, or an empty one if it has none.
void set_vm_root(const Tcb& tcb);
/// After TTBR0_EL1 was changed for a moment: back to what set_vm_root chose.
void reload_vm_root();

struct Walk {
    Entry* entry;    // the last one looked at
    unsigned level;  // of that entry
};
/// Goes down as far as there are tables.
Walk walk(Phys root, Word address);
/// VSpace of an address space number, 0 if it has none.
Phys vspace_of(Word asid);

Status decode_frame(Invocation& in);
Status decode_page_table(Invocation& in);
Status decode_vspace(Invocation& in);
Status decode_asid_control(Invocation& in);
Status decode_asid_pool(Invocation& in);

/// The VSpace argument of a map operation: assigned to an address space and not replaced since.
Status check_vspace(const Slot* slot, Phys& root, Word& asid);

enum class CacheOp : Word { clean, invalidate, clean_invalidate, unify };
/// On [address, address + size) of address space `asid`, whose pages may be outside the window.
void cache_operation(CacheOp op, Phys root, Word asid, Word address, Word size);

}  // namespace mkl::kernel::arch
