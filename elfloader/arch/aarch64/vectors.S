// SPDX-License-Identifier: BSD-2-Clause
// Every exception of the loader is a fault: none is expected, none is returned from, except an
// undefined smc or hvc (see psci.cpp). Valid from the first instructions of start.S on.

.macro vector kind
    .balign 0x80
    mov     x28, #\kind
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
4:  mov     x0, x28
    adrp    x4, fault_stack_top
    add     x4, x4, :lo12:fault_stack_top
    mov     sp, x4
    bl      loader_fault
5:  wfi
    b       5b

.section .bss
.balign 16
    .skip   0x1000
fault_stack_top:
