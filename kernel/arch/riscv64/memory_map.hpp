// SPDX-License-Identifier: BSD-2-Clause
// The kernel's half of every address space, Sv39: the upper 256 entries of the root table, which
// never change once the node has booted and are copied into each VSpace.
//
//   0xffff_ffc0_0000_0000 + p   RAM of this node, physical address p < 128 GiB, read-write
//   0xffff_ffff_8000_0000       the image (KERNEL_VIRT), mapped by start.S
//   0xffff_ffff_c000_0000       registers of devices, status page, log ring, boot record
#pragma once

#include "page_table.hpp"

namespace mkl::kernel::arch {

void set_image_base(uint64_t base);
/// Physical address of something in the image.
uint64_t image_phys(const void* p);

/// Maps [pa, pa + size), page-aligned, into the RAM window. False: out of page tables.
bool map_ram(uint64_t pa, uint64_t size);
/// Maps the pages that hold [pa, pa + size) somewhere; the address that belongs to `pa`, or null.
void* map_io(uint64_t pa, uint64_t size, bool writable);
/// Ends the identity mapping that start.S used.
void drop_identity();
/// Root table with the kernel's half only.
uint64_t empty_user_table();
/// Puts the kernel's half into a new root table.
void copy_kernel_half(Entry* root);

}  // namespace mkl::kernel::arch
