// SPDX-License-Identifier: BSD-2-Clause
// hart_has_zbb(): a hart that has no such instructions raises an exception, which ends here.
.option norelax
.text
.global hart_has_zbb
.hidden hart_has_zbb
hart_has_zbb:
    csrr    t0, stvec
    lla     t1, 1f
    csrw    stvec, t1
    li      a0, 1
    .word   0x6b855513              // rev8 a0, a0
    .word   0x63855513              // rori a0, a0, 56: 1 again
    addi    a0, a0, -1
    seqz    a0, a0
    j       2f
    .balign 4
1:  li      a0, 0
2:  csrw    stvec, t0
    ret
