/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers that both assembler and C++ use; C++ checks each against its source (vectors.cpp). */
#ifndef MKL_KERNEL_AARCH64_OFFSETS_H
#define MKL_KERNEL_AARCH64_OFFSETS_H

/* struct Context */
#define CONTEXT_X 0
#define CONTEXT_SP 248
#define CONTEXT_PC 256
#define CONTEXT_SPSR 264
#define CONTEXT_FAULT_PC 272
#define CONTEXT_SIZE 304

/* Kernel address space, see memory_map.hpp */
#define KERNEL_VIRT 0xffffff8040000000
#define KERNEL_STACK_SIZE 0x4000

/* Memory types: index in MAIR_EL1 */
#define MAIR_VALUE                                                                                 \
    0x44ff0400 /* 0: nGnRnE, 1: nGnRE, 2: normal write-back, 3: normal non-cacheable */

#endif
