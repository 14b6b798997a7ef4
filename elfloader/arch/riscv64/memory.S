// SPDX-License-Identifier: BSD-2-Clause
// Memory loops, 8-byte aligned, without overlap. 0.31 and 0.16 instructions a byte.
.option norelax
.text
// memory_copy(to, from, size)
.global memory_copy
.hidden memory_copy
memory_copy:
    andi    t0, a2, -64
    add     t0, a1, t0              // end of whole blocks
    andi    a2, a2, 63
    bgeu    a1, t0, 2f
1:  ld      t1, 0(a1)
    ld      t2, 8(a1)
    ld      t3, 16(a1)
    ld      t4, 24(a1)
    ld      t5, 32(a1)
    ld      t6, 40(a1)
    ld      a3, 48(a1)
    ld      a4, 56(a1)
    sd      t1, 0(a0)
    sd      t2, 8(a0)
    sd      t3, 16(a0)
    sd      t4, 24(a0)
    sd      t5, 32(a0)
    sd      t6, 40(a0)
    sd      a3, 48(a0)
    sd      a4, 56(a0)
    addi    a1, a1, 64
    addi    a0, a0, 64
    bltu    a1, t0, 1b
2:  beqz    a2, 4f
3:  lbu     t1, (a1)
    sb      t1, (a0)
    addi    a1, a1, 1
    addi    a0, a0, 1
    addi    a2, a2, -1
    bnez    a2, 3b
4:  ret

// memory_zero(to, size)
.global memory_zero
.hidden memory_zero
memory_zero:
    andi    t0, a1, -64
    add     t0, a0, t0
    andi    a1, a1, 63
    bgeu    a0, t0, 2f
1:  sd      zero, 0(a0)
    sd      zero, 8(a0)
    sd      zero, 16(a0)
    sd      zero, 24(a0)
    sd      zero, 32(a0)
    sd      zero, 40(a0)
    sd      zero, 48(a0)
    sd      zero, 56(a0)
    addi    a0, a0, 64
    bltu    a0, t0, 1b
2:  beqz    a1, 4f
3:  sb      zero, (a0)
    addi    a0, a0, 1
    addi    a1, a1, -1
    bnez    a1, 3b
4:  ret
