// SPDX-License-Identifier: BSD-2-Clause
// suite_save returns 0; suite_jump makes it return once more, with 1. suite_keeps(number, cap,
// info): see suite_arch.hpp.
.section .text, "ax"
.global suite_save, suite_jump, suite_keeps
.macro each op
    \op     ra, 0(a0)
    \op     s0, 8(a0)
    \op     s1, 16(a0)
    \op     s2, 24(a0)
    \op     s3, 32(a0)
    \op     s4, 40(a0)
    \op     s5, 48(a0)
    \op     s6, 56(a0)
    \op     s7, 64(a0)
    \op     s8, 72(a0)
    \op     s9, 80(a0)
    \op     s10, 88(a0)
    \op     s11, 96(a0)
    \op     sp, 104(a0)
.endm
suite_save:
    each    sd
    li      a0, 0
    ret
suite_jump:
    each    ld
    li      a0, 1
    ret

.macro kept what
    .irp r, ra,s0,s1,s2,s3,s4,s5,s6,s7,s8,s9,s10,s11,t0,t1,t2,t3,t4,t5
    \what   \r
    .endr
.endm
.macro set_value r
    la      \r, 9f
    addi    \r, \r, 0x5a
.endm
.macro check_value r
    la      a1, 9f
    addi    a1, a1, 0x5a
    sub     a1, \r, a1
    snez    a1, a1
    add     a0, a0, a1
.endm
suite_keeps:
    addi    sp, sp, -128
    mv      t0, a0
    mv      a0, sp
    each    sd
    mv      a7, t0
    mv      a0, a1
    mv      a1, a2
    kept    set_value
    ecall
    li      a0, 0
    kept    check_value
    mv      t0, a0
    mv      a0, sp
    each    ld
    addi    sp, sp, 128
    mv      a0, t0
9:  ret
