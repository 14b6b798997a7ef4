// SPDX-License-Identifier: BSD-2-Clause
#include "memory_map.hpp"

#include "arch_types.hpp"
#include "sysreg.hpp"

extern "C" {
extern mkl::kernel::arch::Entry kernel_l0[512];
extern mkl::kernel::arch::Entry identity_l0[512];
extern char __image_start[];
extern char __image_end[];
}

namespace mkl::kernel::arch {
namespace {

constexpr uint64_t page = 0x1000;
constexpr uint64_t io_base = 0xffffff8080000000;
constexpr uint64_t io_size = 0x40000000;
constexpr uint64_t highest_ram = uint64_t{1} << 47;
// Tables for window and devices: 2 + one per GiB of RAM + two per unaligned range, and devices.
constexpr unsigned pool_tables = 48;

alignas(4096) Entry pool[pool_tables][entries_per_table];
unsigned pool_used = 0;
uint64_t image_pa = 0;
uint64_t io_next = io_base;

constexpr uint64_t rw = Entry::pxn | Entry::uxn;
constexpr uint64_t ro = rw | Entry::ap_read_only;

Entry* next_table(Entry& e) {
    if (e.is_valid()) {
        const uint64_t pa = e.pa();
        // Tables lie in the image: the pool's or start.S's.
        return reinterpret_cast<Entry*>(KERNEL_VIRT + (pa - image_pa));
    }
    if (pool_used == pool_tables) return nullptr;
    Entry* table = pool[pool_used++];
    e = Entry::table(image_phys(table));
    return table;
}

/// One entry of level `leaf` for `va`.
bool map(uint64_t va, uint64_t pa, unsigned leaf, Memory memory, uint64_t flags) {
    Entry* table = kernel_l0;
    for (unsigned level = 0; level < leaf; level++) {
        table = next_table(table[level_index(va, level)]);
        if (!table) return false;
    }
    table[level_index(va, leaf)] = Entry::leaf(pa, leaf, memory, flags);
    return true;
}

}  // namespace

void set_image_base(uint64_t base) { image_pa = base; }

uint64_t image_phys(const void* p) {
    return reinterpret_cast<uintptr_t>(p) - KERNEL_VIRT + image_pa;
}

uint64_t image_base() { return image_pa; }
uint64_t image_size() { return static_cast<uint64_t>(__image_end - __image_start); }

bool map_ram(uint64_t pa, uint64_t size) {
    if (pa >= highest_ram || size > highest_ram - pa) return false;
    const uint64_t end = pa + size;
    while (pa < end) {
        unsigned level = 3;
        for (unsigned l = 1; l < 3; l++) {
            const uint64_t block = uint64_t{1} << level_shift(l);
            if (pa % block == 0 && end - pa >= block) {
                level = l;
                break;
            }
        }
        if (!map(window_base() + pa, pa, level, Memory::normal, rw)) return false;
        pa += uint64_t{1} << level_shift(level);
    }
    dsb_store();
    isb();
    return true;
}

void* map_io(uint64_t pa, uint64_t size, Memory memory, bool writable) {
    const uint64_t first = pa & ~(page - 1);
    const uint64_t last = (pa + size - 1) & ~(page - 1);
    if (size == 0 || last - first >= io_base + io_size - io_next) return nullptr;
    const uint64_t va = io_next;
    for (uint64_t p = first; p <= last; p += page) {
        if (!map(io_next, p, 3, memory, writable ? rw : ro)) return nullptr;
        io_next += page;
    }
    dsb_store();
    isb();
    return reinterpret_cast<void*>(va + (pa - first));
}

void unmap_last_io(void* address, uint64_t size) {
    const uint64_t va = reinterpret_cast<uintptr_t>(address) & ~(page - 1);
    const uint64_t last = (reinterpret_cast<uintptr_t>(address) + size - 1) & ~(page - 1);
    for (uint64_t v = va; v <= last; v += page) {
        Entry* table = kernel_l0;
        for (unsigned level = 0; level < 3; level++)
            table = next_table(table[level_index(v, level)]);
        table[level_index(v, 3)] = {};
    }
    tlbi_all();
    io_next = va;
}

void drop_identity() {
    for (Entry& e : identity_l0) {
        if (e.is_valid()) e = {};
    }
    tlbi_all();
}

uint64_t empty_user_table() { return image_phys(identity_l0); }

}  // namespace mkl::kernel::arch
