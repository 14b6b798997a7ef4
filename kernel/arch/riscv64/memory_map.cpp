// SPDX-License-Identifier: BSD-2-Clause
#include "memory_map.hpp"

#include "arch_types.hpp"
#include "csr.hpp"

extern "C" {
extern mkl::kernel::arch::Entry kernel_root[512];
extern char __image_start[];
extern char __image_end[];
}

namespace mkl::kernel::arch {
namespace {

constexpr uint64_t page = 0x1000;
constexpr uint64_t io_base = 0xffffffffc0000000;
constexpr uint64_t io_size = 0x40000000 - 0x200000;
constexpr uint64_t highest_ram = uint64_t{1} << 37;
// Tables for window and devices: one per unaligned GiB, two per unaligned range, and devices.
constexpr unsigned pool_tables = 48;
constexpr unsigned first_kernel_entry = 256;

alignas(4096) Entry pool[pool_tables][entries_per_table];
unsigned pool_used = 0;
uint64_t image_pa = 0;
uint64_t io_next = io_base;

constexpr uint64_t ro = Entry::read | Entry::global;
constexpr uint64_t rw = ro | Entry::write;

Entry* next_table(Entry& e) {
    if (e.is_valid()) return reinterpret_cast<Entry*>(KERNEL_VIRT + (e.pa() - image_pa));
    if (pool_used == pool_tables) return nullptr;
    Entry* table = pool[pool_used++];
    e = Entry::table(image_phys(table));
    return table;
}

bool map(uint64_t va, uint64_t pa, unsigned leaf, uint64_t flags) {
    Entry* table = kernel_root;
    for (unsigned level = 0; level < leaf; level++) {
        table = next_table(table[level_index(va, level)]);
        if (!table) return false;
    }
    table[level_index(va, leaf)] = Entry::leaf(pa, flags);
    return true;
}

}  // namespace

void set_image_base(uint64_t base) { image_pa = base; }
uint64_t image_base() { return image_pa; }
uint64_t image_size() { return static_cast<uint64_t>(__image_end - __image_start); }

uint64_t image_phys(const void* p) {
    return reinterpret_cast<uintptr_t>(p) - KERNEL_VIRT + image_pa;
}

bool map_ram(uint64_t pa, uint64_t size) {
    if (pa >= highest_ram || size > highest_ram - pa) return false;
    const uint64_t end = pa + size;
    while (pa < end) {
        unsigned level = last_level;
        for (unsigned l = 0; l < last_level; l++) {
            const uint64_t block = uint64_t{1} << level_shift(l);
            if (pa % block == 0 && end - pa >= block) {
                level = l;
                break;
            }
        }
        if (!map(window_base() + pa, pa, level, rw)) return false;
        pa += uint64_t{1} << level_shift(level);
    }
    fence_vma();
    return true;
}

void* map_io(uint64_t pa, uint64_t size, bool writable) {
    const uint64_t first = pa & ~(page - 1);
    const uint64_t last = (pa + size - 1) & ~(page - 1);
    if (size == 0 || last - first >= io_base + io_size - io_next) return nullptr;
    const uint64_t va = io_next;
    for (uint64_t p = first; p <= last; p += page) {
        if (!map(io_next, p, last_level, writable ? rw : ro)) return nullptr;
        io_next += page;
    }
    fence_vma();
    return reinterpret_cast<void*>(va + (pa - first));
}

void drop_identity() {
    for (unsigned i = 0; i < first_kernel_entry; i++) kernel_root[i] = {};
    fence_vma();
}

uint64_t empty_user_table() { return image_phys(kernel_root); }

void copy_kernel_half(Entry* root) {
    for (unsigned i = first_kernel_entry; i < entries_per_table; i++) root[i] = kernel_root[i];
}

}  // namespace mkl::kernel::arch
