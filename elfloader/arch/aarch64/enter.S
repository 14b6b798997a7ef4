// SPDX-License-Identifier: BSD-2-Clause
// The last instructions of the loader on a CPU: MMU off, down to EL1 if we are above, jump.
// Register values: Arm ARM DDI 0487, chapter D13, by name.
//
//   enter_physical(entry, x0, x1)   protocol mkl: EL1, MMU off, DAIF masked
//   enter_virtual(entry, args[6], window, identity, tcr, level)
//                                   protocol sel4: at `level`, MMU on, six registers
//   Everything that another core or this one with its caches off will read is published.

.text
.global enter_physical
enter_physical:
    mov     x19, x0
    mov     x20, x1
    mov     x21, x2
    bl      mmu_disable
    mrs     x0, CurrentEL
    cmp     x0, #8
    b.eq    2f
    ldr     x0, =0x30d50800         // SCTLR_EL1: RES1, nTWI, nTWE; MMU and caches off
    msr     sctlr_el1, x0
    isb
    mov     x30, x19
    b       clear_and_go
2:  bl      prepare_el1
    ldr     x0, =0x30d50800
    msr     sctlr_el1, x0
    msr     elr_el2, x19
    mov     x0, #0x3c5              // EL1h, DAIF masked
    msr     spsr_el2, x0
    mov     x30, xzr
    bl      clear_low
    mov     x0, x20
    mov     x1, x21
    mov     x19, xzr
    mov     x20, xzr
    mov     x21, xzr
    mov     x30, xzr
    isb
    eret

clear_and_go:
    mov     x22, x30
    bl      clear_low
    mov     x0, x20
    mov     x1, x21
    mov     x19, xzr
    mov     x20, xzr
    mov     x21, xzr
    mov     x30, x22
    mov     x22, xzr
    ret

.global enter_virtual
enter_virtual:
    mov     x19, x0
    mov     x20, x1
    mov     x21, x2
    mov     x22, x3
    mov     x23, x4
    mov     x24, x5
    mrs     x0, CurrentEL
    cmp     x0, #8
    b.ne    1f
    bl      prepare_el1
    cmp     x24, #2
    b.eq    3f
1:  ldr     x0, =0x0000aaff440c0400 // MAIR: nGnRnE, nGnRE, GRE, NC, WB, WT
    mrs     x1, CurrentEL
    cmp     x1, #8
    b.eq    2f
    msr     mair_el1, x0            // EL1 stays on the identity map in TTBR0 while it changes
    msr     ttbr1_el1, x21
    msr     tcr_el1, x23
    isb
    tlbi    vmalle1
    ic      iallu
    dsb     sy
    isb
    bl      load_arguments
    br      x17
2:  msr     mair_el1, x0
    msr     ttbr0_el1, x22
    msr     ttbr1_el1, x21
    msr     tcr_el1, x23
    bl      mmu_disable             // EL2's: nothing of it is needed again
    ldr     x0, =0x30d51805         // SCTLR_EL1: RES1, nTWI, nTWE, I, C, M
    msr     sctlr_el1, x0
    msr     elr_el2, x19
    mov     x0, #0x3c5              // EL1h, DAIF masked
    msr     spsr_el2, x0
    isb
    tlbi    alle1
    ic      iallu
    dsb     sy
    isb
    bl      load_arguments
    eret
3:  msr     ttbr0_el2, x21          // has the identity map, too
    msr     tcr_el2, x23            // MAIR_EL2 is seL4's already: mmu.cpp
    isb
    tlbi    alle2
    ic      iallu
    dsb     sy
    isb
    bl      load_arguments
    br      x17

// x0..x5 from x20, x17 = entry from x19, all others but x18 0.
load_arguments:
    mov     x25, x30
    bl      clear_low
    mov     x18, x25
    mov     x25, xzr
    mov     x6, x20
    ldp     x0, x1, [x6]
    ldp     x2, x3, [x6, #16]
    ldp     x4, x5, [x6, #32]
    mov     x6, xzr
    mov     x17, x19
    mov     x19, xzr
    mov     x20, xzr
    mov     x21, xzr
    mov     x22, xzr
    mov     x23, xzr
    mov     x24, xzr
    mov     x30, xzr
    br      x18

// What EL1 software expects of EL2 below it and reset does not promise.
prepare_el1:
    mov     x0, #1 << 31            // RW: EL1 is AArch64; no stage 2, no traps
    msr     hcr_el2, x0
    mov     x0, #0x33ff             // CPTR_EL2: RES1, FP and SVE not trapped
    msr     cptr_el2, x0
    msr     hstr_el2, xzr
    msr     vttbr_el2, xzr
    msr     cntvoff_el2, xzr        // virtual time is physical time, on every CPU
    mov     x0, #3                  // CNTHCTL_EL2: EL1PCTEN, EL1PCEN
    msr     cnthctl_el2, x0
    mrs     x0, mpidr_el1
    msr     vmpidr_el2, x0          // GICv3 kernels find their redistributor by it
    mrs     x0, midr_el1
    msr     vpidr_el2, x0
    mrs     x0, mdcr_el2
    and     x0, x0, #0x1f           // HPMN as reset left it, no debug or PMU trap
    msr     mdcr_el2, x0
    mov     x0, #3 << 20            // CPACR_EL1: no FP trap
    msr     cpacr_el1, x0
    msr     vbar_el1, xzr
    mrs     x0, id_aa64pfr0_el1
    tst     x0, #0xf << 24          // GIC system registers
    b.eq    1f
    mov     x0, #0xf                // ICC_SRE_EL2: SRE, DFB, DIB, Enable
    msr     s3_4_c12_c9_5, x0
    isb
    msr     s3_4_c12_c11_0, xzr     // ICH_HCR_EL2: no virtual interrupts
1:  isb
    ret

clear_low:
    msr     tpidr_el0, xzr
    mov     x2, xzr
    mov     x3, xzr
    mov     x4, xzr
    mov     x5, xzr
    mov     x6, xzr
    mov     x7, xzr
    mov     x8, xzr
    mov     x9, xzr
    mov     x10, xzr
    mov     x11, xzr
    mov     x12, xzr
    mov     x13, xzr
    mov     x14, xzr
    mov     x15, xzr
    mov     x16, xzr
    mov     x17, xzr
    mov     x18, xzr
    ret
    .ltorg
