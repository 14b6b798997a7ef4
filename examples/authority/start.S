// SPDX-License-Identifier: BSD-2-Clause
// Start-up as the System V ABI has it: everything is on the stack.
.section .text.start, "ax"
.global _start
_start:
    mov     x0, sp
    mov     x29, xzr
    mov     x30, xzr
    b       start_from
