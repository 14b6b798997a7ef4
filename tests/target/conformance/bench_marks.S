// SPDX-License-Identifier: BSD-2-Clause
// Places to pass: each is one instruction of 4 bytes that returns.
.section .text, "ax"
#ifdef __riscv
.option norvc
#endif
.balign 4
.global bench_marks
bench_marks:
.rept 64
    ret
.endr
