// SPDX-License-Identifier: BSD-2-Clause
// The smallest node kernel: checks the entry state of protocol mkl, says so on the board's UART, stops.
//   in  a0 = hart, a1 = boot record, a2 = status page
.text
.global _start
_start:
    mv      s0, a0
    mv      s1, a1
    lwu     s2, 0x0c(a2)            // node id from the status page
    mv      s5, a2
    beqz    s2, 1f                  // one UART for all: the node before speaks first, or failed
    li      t0, 0x1000
    sub     t0, a2, t0
0:  lwu     t1, 0x18(t0)            // error of struct mkl_status
    bnez    t1, 1f
    lwu     t1, 0x7f8(t0)           // free; set by the node itself
    beqz    t1, 0b
1:  fence
    lla     s3, text
    jal     puts
    addi    a0, s2, '0'
    jal     putc
    lla     s3, on_hart
    jal     puts
    addi    a0, s0, '0'
    jal     putc
    csrr    t0, satp
    lla     s3, mmu_on
    bnez    t0, 1f
    lla     s3, mmu_off
1:  jal     puts
    lwu     t0, (s1)                // "MKLB"
    li      t1, 0x424c4b4d
    lla     s3, record_ok
    beq     t0, t1, 2f
    lla     s3, record_bad
2:  jal     puts
    csrr    t0, sie
    csrr    t1, sstatus
    andi    t1, t1, 2
    or      t0, t0, t1
    lla     s3, masked
    beqz    t0, 3f
    lla     s3, unmasked
3:  jal     puts
    li      t0, 1
    fence
    sw      t0, 0x7f8(s5)
4:  wfi
    j       4b
puts:
    mv      s4, ra
5:  lbu     a0, (s3)
    beqz    a0, 6f
    addi    s3, s3, 1
    jal     putc
    j       5b
6:  jr      s4
putc:
    li      t0, UART
#ifdef SIFIVE
7:  lw      t1, (t0)                // txdata.full is the sign
    bltz    t1, 7b
    sw      a0, (t0)
#else                               // NS16550
7:  lbu     t1, 5(t0)
    andi    t1, t1, 0x20
    beqz    t1, 7b
    sb      a0, (t0)
#endif
    ret
text:       .asciz "kernel of node"
on_hart:    .asciz ": hart "
mmu_on:     .asciz " MMU on"
mmu_off:    .asciz " MMU off"
record_ok:  .asciz " record ok"
record_bad: .asciz " record BAD"
masked:     .asciz " masked\r\n"
unmasked:   .asciz " NOT masked\r\n"
.balign 8
