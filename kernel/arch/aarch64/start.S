// SPDX-License-Identifier: BSD-2-Clause
// Kernel entry, AArch64 (boot-interface: protocol mkl).
//   in    x0 = boot record, x1 = status page (physical); EL1, MMU off, DAIF masked; this code at
//         any 2 MiB-aligned physical base, .bss zero
//   out   kernel_start(record, status, physical base) on the kernel stack, MMU and caches on,
//         the image at KERNEL_VIRT: text read-execute, rodata read-only, the rest read-write
//   uses  x2..x15; only pc-relative addresses until the MMU is on
#include "offsets.h"

#define PAGE_RX (0x3 | (2 << 2) | (3 << 8) | (1 << 10) | (1 << 7))  /* valid page, normal, inner shareable, AF, read-only */
#define PAGE_RO PAGE_RX
#define PAGE_RW (0x3 | (2 << 2) | (3 << 8) | (1 << 10))
#define UXN_BIT 54
#define PXN_BIT 53

// TCR_EL1: T0SZ = T1SZ = 16, 4 KiB both (TG0 = 0, TG1 = 2), write-back inner shareable walks,
// AS = 1 (16-bit ASIDs); IPS is filled in from ID_AA64MMFR0_EL1.
#define TCR_LOW ((16) | (1 << 8) | (1 << 10) | (3 << 12) | (16 << 16) | (1 << 24) | (1 << 26) | (3 << 28) | (2 << 30))
#define TCR_AS_BIT 36

// SCTLR_EL1: RES1 bits 29, 28, 23, 22, 20, 11; M, C, I; SA, SA0; user cache maintenance by VA
// and CTR_EL0 (UCI 26, UCT 15); WFI and WFE at EL0 (nTWI 16, nTWE 18); DZE 14.
#define SCTLR_VALUE ((1 << 29) | (1 << 28) | (1 << 23) | (1 << 22) | (1 << 20) | (1 << 11) | (1 << 12) | (1 << 2) | (1 << 0) | (1 << 3) | (1 << 4) | (1 << 26) | (1 << 15) | (1 << 16) | (1 << 18) | (1 << 14))

.section .text.start, "ax"
.global _start
_start:
    msr     daifset, #0xf
    msr     spsel, #1
    adrp    x2, __image_start           // physical base
    adrp    x3, boot_l3

    // Level 3 of the image: one entry a page, [image start, image end).
    adrp    x4, __text_end
    adrp    x5, __rodata_end
    adrp    x6, __image_end
    mov     x7, x2
    mov     x8, x3
1:  mov     x9, #PAGE_RW
    orr     x9, x9, #(1 << PXN_BIT)
    cmp     x7, x5
    b.hs    2f
    mov     x9, #PAGE_RO
    orr     x9, x9, #(1 << PXN_BIT)
    cmp     x7, x4
    b.hs    2f
    mov     x9, #PAGE_RX
2:  orr     x9, x9, #(1 << UXN_BIT)
    orr     x9, x9, x7
    str     x9, [x8], #8
    add     x7, x7, #0x1000
    cmp     x7, x6
    b.lo    1b

    // Kernel side: level 0 -> 1 -> 2 -> 3 at KERNEL_VIRT.
    adrp    x4, kernel_l0
    adrp    x5, kernel_l1
    adrp    x6, kernel_l2
    orr     x9, x5, #3
    str     x9, [x4, #(((KERNEL_VIRT >> 39) & 511) * 8)]
    orr     x9, x6, #3
    str     x9, [x5, #(((KERNEL_VIRT >> 30) & 511) * 8)]
    orr     x9, x3, #3
    str     x9, [x6, #(((KERNEL_VIRT >> 21) & 511) * 8)]

    // Identity side: the same level 3, since image and KERNEL_VIRT are 2 MiB aligned.
    adrp    x10, identity_l0
    adrp    x11, identity_l1
    adrp    x12, identity_l2
    ubfx    x13, x2, #39, #9
    orr     x9, x11, #3
    str     x9, [x10, x13, lsl #3]
    ubfx    x13, x2, #30, #9
    orr     x9, x12, #3
    str     x9, [x11, x13, lsl #3]
    ubfx    x13, x2, #21, #9
    orr     x9, x3, #3
    str     x9, [x12, x13, lsl #3]

    // The loader zeroed .bss through its cache: no stale line may hide what was just written.
    adrp    x7, boot_tables_start
    adrp    x8, boot_tables_end
    mrs     x9, ctr_el0
    ubfx    x9, x9, #16, #4             // DminLine: log2 of words
    mov     x13, #4
    lsl     x9, x13, x9
    dsb     sy
3:  dc      ivac, x7
    add     x7, x7, x9
    cmp     x7, x8
    b.lo    3b
    dsb     sy

    ldr     x9, =MAIR_VALUE
    msr     mair_el1, x9
    ldr     x9, =TCR_LOW
    mrs     x13, id_aa64mmfr0_el1
    and     x13, x13, #7
    orr     x9, x9, x13, lsl #32        // IPS = PARange (up to 48 bits)
    orr     x9, x9, #(1 << TCR_AS_BIT)
    msr     tcr_el1, x9
    msr     ttbr0_el1, x10
    msr     ttbr1_el1, x4
    isb
    tlbi    vmalle1
    ic      iallu
    dsb     nsh
    isb
    ldr     x9, =SCTLR_VALUE
    msr     sctlr_el1, x9
    isb

    ldr     x9, =high
    br      x9
high:
    ldr     x9, =kernel_stack_top
    mov     sp, x9
    ldr     x9, =kernel_vectors
    msr     vbar_el1, x9
    isb
    mov     x29, xzr
    mov     x30, xzr
    b       kernel_start

.section .bss.tables, "aw", %nobits
.balign 4096
.global boot_tables_start, boot_tables_end
.global kernel_l0, kernel_l1, kernel_l2, boot_l3, identity_l0, identity_l1, identity_l2
boot_tables_start:
kernel_l0:      .skip 4096
kernel_l1:      .skip 4096
kernel_l2:      .skip 4096
boot_l3:        .skip 4096
identity_l0:    .skip 4096
identity_l1:    .skip 4096
identity_l2:    .skip 4096
boot_tables_end:

.section .bss.stack, "aw", %nobits
.balign 4096
    .skip KERNEL_STACK_SIZE
.global kernel_stack_top
kernel_stack_top:
