/* SPDX-License-Identifier: BSD-2-Clause */
/* Info page of the multikernel branches of seL4 (magic 0x73654c34, version 0), as measured on them:
 * what a kernel of protocol `sel4-loader-info` is told at boot. Not mkl's contract: it changes when
 * those branches do. One 4 KiB page in the node's RAM, which the kernel goes on reading.
 *
 * Header, then packed arrays in this order: kernel, ram, root task, reserved (struct mkl_info_range,
 * struct mkl_info_root), hardware ids of the CPUs (uint64_t), by node.
 */
#ifndef MKL_ABI_LOADER_INFO_H
#define MKL_ABI_LOADER_INFO_H

#include "mkl/abi/common.h"

#define MKL_INFO_MAGIC 0x73654c34u
#define MKL_INFO_VERSION 0u

struct mkl_info_header {
    uint32_t magic;
    uint8_t version;
    uint8_t reserved[3];
    uint64_t root_entry;     /* virtual */
    uint8_t kernels;         /* 1 */
    uint8_t ram;             /* 1 .. MKL_INFO_MAX_RAM */
    uint8_t root_tasks;      /* 1 */
    uint8_t reserved_ranges; /* 1 .. MKL_INFO_MAX_RESERVED: the first is read in any case */
    uint8_t cpus;            /* exactly as many as the kernel is built for */
    uint8_t reserved2[3];
};
MKL_ABI_ASSERT(sizeof(struct mkl_info_header) == 0x18, "info header is 0x18 bytes");

/* The kernels keep their own image and the root task's in the same table of 20. */
#define MKL_INFO_MAX_RAM 16u
#define MKL_INFO_MAX_RESERVED 17u
#define MKL_INFO_MAX_CPUS 255u

struct mkl_info_range {
    uint64_t base, end;
};
MKL_ABI_ASSERT(sizeof(struct mkl_info_range) == 16, "info range is 16 bytes");

struct mkl_info_root {
    uint64_t base, end; /* physical */
    uint64_t virt;      /* of base */
    uint64_t reserved;
};
MKL_ABI_ASSERT(sizeof(struct mkl_info_root) == 32, "info root task is 32 bytes");

#endif
