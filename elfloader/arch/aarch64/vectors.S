// SPDX-License-Identifier: BSD-2-Clause
// Every exception of the loader is a fault: none is expected, none is returned from, except an
// undefined smc or hvc: firmware is not called that way here, which the caller reports. Valid from the first instructions of start.S on.

.macro vector kind
    .balign 0x80
    mov     x17, #\kind
    b       exception
.endm

.text
.balign 0x800
.global vectors
vectors:
    .irp kind, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    vector \kind
    .endr

exception:
    mrs     x0, CurrentEL
    cmp     x0, #8
    b.eq    2f
    b.hi    3f
    mrs     x1, esr_el1
    mrs     x2, far_el1
    mrs     x3, elr_el1
    b       4f
2:  mrs     x1, esr_el2
    mrs     x2, far_el2
    mrs     x3, elr_el2
    b       4f
3:  mrs     x1, esr_el3
    mrs     x2, far_el3
    mrs     x3, elr_el3
4:  lsr     x5, x1, #26             // ESR.EC 0: undefined instruction
    cbnz    x5, 6f
    adr     x4, psci_smc
    cmp     x3, x4
    b.eq    5f
    adr     x4, psci_hvc
    cmp     x3, x4
    b.ne    6f
5:  mov     x0, #-1                 // PSCI NOT_SUPPORTED
    ret                             // same level, still masked: nothing to restore
6:  mov     x0, x17
    adrp    x4, fault_stack_top
    add     x4, x4, :lo12:fault_stack_top
    mov     sp, x4
    bl      loader_fault
7:  wfi
    b       7b

// int64_t psci_smc(function, a, b, c), psci_hvc(...): SMC Calling Convention, Arm DEN0028.
.global psci_smc
psci_smc:
    smc     #0
    ret
.global psci_hvc
psci_hvc:
    hvc     #0
    ret

.section .bss
.balign 16
    .skip   0x1000
fault_stack_top:
