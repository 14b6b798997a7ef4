/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers that both assembler and C++ use; C++ checks each against its source (arch_types.hpp). */
#ifndef MKL_KERNEL_RISCV64_OFFSETS_H
#define MKL_KERNEL_RISCV64_OFFSETS_H

/* struct Context */
#define CONTEXT_PC 256
#define CONTEXT_FAULT_PC 264
#define CONTEXT_SIZE 272

/* Kernel address space, see memory_map.hpp */
#define KERNEL_VIRT 0xffffffff80000000
#define KERNEL_STACK_SIZE 0x4000

/* Sv39 leaf bits: V R W X, U, G, A, D */
#define PTE_V 1
#define PTE_KERNEL_RX (0x1 | 0x2 | 0x8 | 0x20 | 0x40)
#define PTE_KERNEL_RO (0x1 | 0x2 | 0x20 | 0x40)
#define PTE_KERNEL_RW (0x1 | 0x2 | 0x4 | 0x20 | 0x40 | 0x80)

#endif
