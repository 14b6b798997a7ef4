/* SPDX-License-Identifier: BSD-2-Clause */
/* Scratch behind the archive: offsets from run_base + scratch_offset. For C++ and assembly. */
#ifndef MKL_LOADER_SCRATCH_H
#define MKL_LOADER_SCRATCH_H

#define MKL_SCRATCH_TABLES 0x000000 /* page tables */
#define MKL_SCRATCH_STACKS 0x100000 /* boot CPU's, then one per node */
#define MKL_SCRATCH_STACK_SIZE 0x2000
#define MKL_SCRATCH_SHARED 0x184000 /* struct Shared */
#define MKL_SCRATCH_TREE 0x190000   /* copy of firmware's device tree */
#define MKL_SCRATCH_SIZE 0x200000

#endif
