// SPDX-License-Identifier: BSD-2-Clause
// Test root task entry: a0 = boot info.
.section .text.start, "ax"
.global _start
_start:
    lla     sp, stack_top
    li      s0, 0
    li      ra, 0
    call    root_main
1:  j       1b
.section .bss
.balign 4096
    .skip 0x8000
stack_top:
    .skip 16
