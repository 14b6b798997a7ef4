// SPDX-License-Identifier: BSD-2-Clause
// Test root task entry: x0 = boot info.
.section .text.start, "ax"
.global _start
_start:
    adrp    x1, stack_top
    mov     sp, x1
    mov     x29, xzr
    mov     x30, xzr
    bl      root_main
1:  b       1b
.section .bss
.balign 4096
    .skip 0x8000
stack_top:
    .skip 16
