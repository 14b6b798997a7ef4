// SPDX-License-Identifier: BSD-2-Clause
// What arch/paging needs from RISC-V.
#pragma once

#include "csr.hpp"
#include "memory_map.hpp"
#include "page_table.hpp"
#include "vspace.hpp"

namespace mkl::kernel::arch {

/// A VSpace is a page table that has an address space number and is its root.
inline constexpr kapi::CapTag vspace_tag = kapi::tag_page_table;
inline Cap make_vspace(Phys pa) { return Cap::page_table(pa); }
inline void init_vspace(Phys pa) { copy_kernel_half(ptr<Entry>(pa)); }
/// Cleared tables are visible to the walker.
inline void publish_tables() { fence(); }
/// Read-write-execute page of the root task.
inline Entry user_page(Phys frame) {
    return Entry::leaf(frame, Entry::read | Entry::write | Entry::execute | Entry::user);
}
/// satp; without ASID bits in hardware everything is flushed at each change.
void load_root(Phys root, Word asid);
/// Finds out how many ASID bits there are.
void init_asid();

}  // namespace mkl::kernel::arch
