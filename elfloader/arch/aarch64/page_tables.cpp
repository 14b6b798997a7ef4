// SPDX-License-Identifier: BSD-2-Clause
#include "page_tables.hpp"

namespace mkl::loader::arch {

void PageTables::inherit(uint64_t other_root) {
    copy(reinterpret_cast<void*>(root_), reinterpret_cast<const void*>(other_root), table_bytes);
}

bool PageTables::add(uint64_t virt, mkl_range r, uint64_t attributes) {
    if (r.size == 0) return true;
    uint64_t at = r.base & ~page_mask;
    const uint64_t end = (r.base + r.size + page_mask) & ~page_mask;
    if (end > uint64_t{1} << 48 || end <= at) return false;
    uint64_t va = virt & ~page_mask;
    while (at < end) {
        const uint64_t step = add_one(va, at, end - at, attributes);
        if (step == 0) return false;
        at += step;
        va += step;
    }
    return true;
}

uint64_t PageTables::take() {
    if (used_ == tables_) return 0;
    const uint64_t table = pool_ + used_++ * table_bytes;
    zero(reinterpret_cast<void*>(table), table_bytes);
    return table;
}

/// Maps the largest block that starts at `phys`, has at most `room` bytes, and returns its size;
/// 0: it cannot.
uint64_t PageTables::add_one(uint64_t virt, uint64_t phys, uint64_t room, uint64_t attributes) {
    uint64_t table = root_;
    for (uint32_t shift = 39; table != 0; shift -= 9) {
        const uint64_t size = uint64_t{1} << shift;
        auto& slot = reinterpret_cast<uint64_t*>(table)[virt >> shift & 511];
        const uint64_t leaf =
            phys | attributes | (shift == 12 ? descriptor_page : descriptor_valid);
        const bool is_table = shift != 12 && (slot & descriptor_table) == descriptor_table;
        if ((slot & descriptor_valid) != 0 && !is_table) {
            const uint64_t base = slot & address_mask;
            const uint64_t skip = phys - base;
            if ((slot & ~address_mask) != (leaf & ~address_mask) || phys < base || skip >= size)
                return 0;
            return size - skip < room ? size - skip : room;  // already there
        }
        const bool fits = shift <= 30 && (phys | virt) % size == 0 && room >= size;
        if (fits && !is_table) {
            slot = leaf;
            return size;
        }
        if (shift == 12) return 0;
        if (!is_table) {
            const uint64_t next = take();
            if (next == 0) return 0;
            slot = next | descriptor_table;
        }
        table = slot & address_mask;
    }
    return 0;
}

}  // namespace mkl::loader::arch
