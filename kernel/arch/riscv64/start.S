// SPDX-License-Identifier: BSD-2-Clause
// Kernel entry, RISC-V (boot-interface: protocol mkl).
//   in    a0 = hart id, a1 = boot record, a2 = status page (physical); S-mode, satp = 0,
//         interrupts off; this code at any 2 MiB-aligned physical base, .bss zero
//   out   kernel_start(record, status, physical base) on the kernel stack, Sv39 on, the image at
//         KERNEL_VIRT: text read-execute, rodata read-only, the rest read-write
//   uses  t0..t6, a3..a7; only pc-relative addresses (lla) until satp is written
#include "offsets.h"

.macro pte_table out, table         // out = entry that points at the table
    srli    \out, \table, 12
    slli    \out, \out, 10
    ori     \out, \out, PTE_V
.endm

.macro put_entry table, index, value, scratch
    slli    \scratch, \index, 3
    add     \scratch, \scratch, \table
    sd      \value, 0(\scratch)
.endm

.section .text.start, "ax"
.global _start
_start:
    csrw    sie, zero
    csrw    sscratch, zero
    lla     t0, __image_start           // physical base
    lla     t1, boot_l2
    lla     t2, __text_end
    lla     t3, __rodata_end
    lla     t4, __image_end
    mv      a3, t0
    mv      a4, t1
1:  li      a5, PTE_KERNEL_RW           // one entry a page
    bgeu    a3, t3, 2f
    li      a5, PTE_KERNEL_RO
    bgeu    a3, t2, 2f
    li      a5, PTE_KERNEL_RX
2:  srli    a6, a3, 12
    slli    a6, a6, 10
    or      a6, a6, a5
    sd      a6, 0(a4)
    addi    a4, a4, 8
    li      a7, 0x1000
    add     a3, a3, a7
    bltu    a3, t4, 1b

    // Kernel side at KERNEL_VIRT, identity side at the physical base: the same last level.
    lla     a3, kernel_root
    lla     a4, kernel_l1
    lla     a5, identity_l1
    pte_table t5, t1
    li      a6, (KERNEL_VIRT >> 21) & 511
    put_entry a4, a6, t5, a7
    srli    a6, t0, 21
    andi    a6, a6, 511
    put_entry a5, a6, t5, a7
    pte_table t5, a4
    li      a6, (KERNEL_VIRT >> 30) & 511
    put_entry a3, a6, t5, a7
    pte_table t5, a5
    srli    a6, t0, 30
    andi    a6, a6, 511
    put_entry a3, a6, t5, a7

    li      t5, 8                       // satp.MODE: Sv39
    slli    t5, t5, 60
    srli    t6, a3, 12
    or      t5, t5, t6
    sfence.vma
    fence.i
    csrw    satp, t5
    sfence.vma

    ld      t6, high_address
    jr      t6
.balign 8
high_address:
    .quad   high
trap_address:
    .quad   kernel_trap_vector
high:
    mv      s0, t0
    ld      t6, trap_address
    csrw    stvec, t6
    lla     sp, kernel_stack_top
    mv      a0, a1
    mv      a1, a2
    mv      a2, s0
    li      s0, 0
    li      ra, 0
    tail    kernel_start

.section .bss.tables, "aw", %nobits
.balign 4096
.global kernel_root, kernel_l1, boot_l2, identity_l1
kernel_root:    .skip 4096
kernel_l1:      .skip 4096
boot_l2:        .skip 4096
identity_l1:    .skip 4096

.section .bss.stack, "aw", %nobits
.balign 4096
    .skip KERNEL_STACK_SIZE
.global kernel_stack_top
kernel_stack_top:
