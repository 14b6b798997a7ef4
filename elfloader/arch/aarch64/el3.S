// SPDX-License-Identifier: BSD-2-Clause
// Entered at EL3, without firmware: the way down, and where the other CPUs wait for their turn.
// Register values: Arm ARM DDI 0487, chapter D13, by name; ICC_SRE_EL3: IHI 0069H, 12.2.

#include "layout.h"

.text
// el3_drop(): returns at EL2, or at EL1 where there is no EL2, not secure, MMU off, DAIF masked,
// same stack. EL3 keeps no service: smc is undefined from here on.
.global el3_drop
el3_drop:
    mov     x3, sp
    adrp    x4, vectors
    add     x4, x4, :lo12:vectors
    ldr     x0, =0x305b1            // NS, RES1, SMD, HCE, RW, APK, API
    msr     scr_el3, x0
    msr     cptr_el3, xzr           // nothing traps to EL3
    msr     mdcr_el3, xzr
    isb
    mrs     x1, id_aa64pfr0_el1
    tst     x1, #0xf << 24          // GIC system registers
    b.eq    1f
    mov     x0, #0xf                // ICC_SRE_EL3: SRE, DFB, DIB, Enable
    msr     s3_6_c12_c12_5, x0
    isb
    mov     x0, #0xff               // ICC_PMR_EL1: above it the other state can set its own
    msr     s3_0_c4_c6_0, x0
1:  msr     elr_el3, x30
    tst     x1, #0xf << 8           // EL2
    b.eq    2f
    mov     x0, #1 << 31            // HCR_EL2.RW
    msr     hcr_el2, x0
    ldr     x0, =0x30c50830         // SCTLR_EL2: RES1; MMU and caches off
    msr     sctlr_el2, x0
    msr     vbar_el2, x4
    msr     sp_el2, x3
    mov     x0, #0x3c9              // EL2h, DAIF masked
    b       3f
2:  ldr     x0, =0x30d50800         // SCTLR_EL1: RES1, nTWI, nTWE; MMU and caches off
    msr     sctlr_el1, x0
    mov     x0, #3 << 20            // CPACR_EL1: no FP trap
    msr     cpacr_el1, x0
    msr     vbar_el1, x4
    msr     sp_el1, x3
    mov     x0, #0x3c5              // EL1h, DAIF masked
3:  msr     spsr_el3, x0
    isb
    eret

// A CPU that came in beside the boot CPU, x20 = _start. It can wait only where the loader stays;
// elsewhere it parks, its node's time limit says so.
.global el3_wait
el3_wait:
    ldr     x0, [x20, #0x40 + PARAMS_RUN_BASE]
    cmp     x0, x20
    b.ne    3f
    mrs     x1, mpidr_el1
    ldr     x2, =0xff00ffffff       // affinity fields
    and     x1, x1, x2
    adrp    x2, el3_turn
    add     x2, x2, :lo12:el3_turn
    b       2f
1:  wfe
2:  ldr     x19, [x2]
    cbz     x19, 1b
    ldr     x0, [x19, #40]          // hwid
    cmp     x0, x1
    b.ne    1b
    dsb     sy
    ldr     x0, [x19]               // stack_top
    mov     sp, x0
    bl      el3_open_cpu
    bl      el3_drop
    b       secondary_settled
3:  wfi
    b       3b
    .ltorg

.section .bss
.balign 64                          // a cache line of its own
.global el3_turn                    // struct CpuContext* of the CPU whose turn it is
el3_turn:
    .skip   64
