/* SPDX-License-Identifier: BSD-2-Clause */
/* Root shim, version 1: a small program in front of a root task that is not mkl's. Linked at 0,
 * position independent at multiples of 4 KiB; image-builder puts it directly below the root task's
 * lowest page, writes `entry`, and makes its first byte the image's entry point. It takes boot info
 * as the root task will: in the first argument register, which it hands on unchanged.
 */
#ifndef MKL_ABI_SHIM_H
#define MKL_ABI_SHIM_H

#include "mkl/abi/common.h"

#define MKL_SHIM_MAGIC 0x314d4948534c4b4dull /* "MKLSHIM1" */
#define MKL_SHIM_PARAMS_OFFSET 0x10u

struct mkl_shim_params {
    uint64_t magic;
    uint64_t entry; /* virtual, of the root task */
};
MKL_ABI_ASSERT(sizeof(struct mkl_shim_params) == 16, "shim parameters are 16 bytes");

#endif
