// SPDX-License-Identifier: BSD-2-Clause
// What arch/paging needs from AArch64.
#pragma once

#include "memory_map.hpp"
#include "page_table.hpp"
#include "sysreg.hpp"
#include "vspace.hpp"

namespace mkl::kernel::arch {

inline constexpr kapi::CapTag vspace_tag = kapi::tag_vspace;
inline Cap make_vspace(Phys pa) { return Cap::vspace(pa); }
/// The kernel has a table register of its own: nothing to put into a VSpace.
inline void init_vspace(Phys) {}
/// Cleared tables are visible to the walker.
inline void publish_tables() { dsb_store(); }
/// Read-write-execute page of the root task.
inline Entry user_page(Phys frame) {
    return Entry::leaf(frame, last_level, Memory::normal,
                       Entry::ap_user | Entry::not_global | Entry::pxn);
}
/// TTBR0_EL1 for user space; remembers what it holds.
void load_root(Phys root, Word asid);
/// After TTBR0_EL1 was changed for a moment: back to what load_root chose.
void reload_root();

}  // namespace mkl::kernel::arch
