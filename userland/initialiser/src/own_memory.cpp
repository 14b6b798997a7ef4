// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/user/own_memory.hpp"

#include "mkl/abi/common.h"
#include "mkl/user/abi.hpp"
#include "mkl/user/kernel_calls.hpp"

namespace mkl::user {
namespace {

// Parts of the region: a window for page frames, one for large frames, then what stays mapped.
constexpr uint64_t window_4k = 0;
constexpr uint64_t window_2m = 0x20'0000;
constexpr uint64_t lasting = 0x40'0000;

}  // namespace

Outcome OwnSpace::map_at(uint64_t frame, uint64_t vaddr, uint64_t rights, uint64_t attributes) {
    for (unsigned tries = 0; tries <= paging_levels; tries++) {
        const uint64_t error =
            kernel::map_page(frame, kapi::slot_vspace, vaddr, rights, attributes);
        if (error == 0) return {};
        if (error != kapi::failed_lookup) return outcome("map", error, no_object, vaddr);
        // A table is missing on the way; the kernel puts it at the level that lacks one.
        Untyped* from = pool_.best_fit(kapi::page_table_bits);
        const uint64_t slot = slots_.take();
        if (from == nullptr || slot == 0)
            return {"make a page table of its own", kapi::not_enough_memory, no_object, vaddr};
        if (Outcome o = outcome(
                "make a page table of its own",
                kernel::retype(from->cap, abi::object::page_table, kapi::page_table_bits, slot, 1));
            o.failed())
            return o;
        UntypedPool::take(*from, kapi::page_table_bits, 1);
        if (Outcome o = outcome("map a page table of its own",
                                kernel::map_table(slot, kapi::slot_vspace, vaddr, map_cached),
                                no_object, vaddr);
            o.failed())
            return o;
    }
    return {"map", kapi::failed_lookup, no_object, vaddr};
}

Outcome OwnSpace::map(uint64_t first_slot, uint64_t count, bool writable, bool cached, void*& at) {
    if (count * MKL_PAGE_SIZE > size - lasting - next_)
        return {"find addresses for its own pages", kapi::not_enough_memory};
    const uint64_t start = base_ + lasting + next_;
    const uint64_t rights = writable ? kapi::can_read | kapi::can_write : kapi::can_read;
    const uint64_t attributes = (cached ? map_cached : map_uncached) | map_execute_never;
    for (uint64_t i = 0; i < count; i++) {
        if (Outcome o = map_at(first_slot + i, start + i * MKL_PAGE_SIZE, rights, attributes);
            o.failed())
            return o;
    }
    next_ += count * MKL_PAGE_SIZE;
    at = reinterpret_cast<void*>(start);
    return {};
}

Outcome OwnSpace::map_window(uint64_t frame, unsigned bits, void*& at) {
    const uint64_t vaddr = base_ + (bits == kapi::page_bits ? window_4k : window_2m);
    at = reinterpret_cast<void*>(vaddr);
    return map_at(frame, vaddr, kapi::can_read | kapi::can_write, map_cached | map_execute_never);
}

}  // namespace mkl::user
