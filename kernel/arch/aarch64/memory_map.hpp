// SPDX-License-Identifier: BSD-2-Clause
// The kernel's own address space (TTBR1), AArch64.
//
//   0xffff_0000_0000_0000 + p   RAM of this node, physical address p, read-write, never executed
//   0xffff_ff80_4000_0000       the image (KERNEL_VIRT), mapped by start.S
//   0xffff_ff80_8000_0000       registers of devices, status page, log ring, boot record
//
// Nothing else is mapped: no other node's RAM, no device the kernel does not drive.
#pragma once

#include "page_table.hpp"

namespace mkl::kernel::arch {

/// Physical base of the image; set once at entry.
void set_image_base(uint64_t base);
/// Physical address of something in the image.
uint64_t image_phys(const void* p);

/// Maps [pa, pa + size), page-aligned, into the RAM window. False: out of page tables.
bool map_ram(uint64_t pa, uint64_t size);
/// Maps the pages that hold [pa, pa + size) somewhere; the address that belongs to `pa`, or null.
void* map_io(uint64_t pa, uint64_t size, Memory memory, bool writable);
/// Forgets the mapping made last, which must be `address`.
void unmap_last_io(void* address, uint64_t size);
/// Ends the identity mapping that start.S used; user space starts empty.
void drop_identity();
/// Address of a table without entries, for TTBR0 of threads without a VSpace.
uint64_t empty_user_table();

}  // namespace mkl::kernel::arch
