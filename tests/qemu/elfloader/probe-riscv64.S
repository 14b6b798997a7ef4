// SPDX-License-Identifier: BSD-2-Clause
// Contract probe: stands in for an unmodified seL4 and checks every condition of protocol sel4
// that such a kernel relies on, then says so by the SBI console, as such a kernel does.
//   in  Sv39 on, at its virtual address; a0..a5 = 0x11, 0x22, 0x33, 0x44, node number, 0x66
.text
.global _start
_start:
    j       1f
    .balign 8
virt:       .quad 0                 // make_image.py: virtual address of _start
want_level: .quad 0                 //   for the other architecture
want_tcr:   .quad 0
1:  mv      s0, a0
    mv      s1, a1
    mv      s2, a2
    mv      s3, a3
    mv      s4, a4
    mv      s5, a5
    csrr    t0, time                // one console for all: node n speaks 200 n ms later at 10 MHz
    li      t1, 2000000
    mul     t1, t1, s4
    add     t1, t1, t0
0:  csrr    t0, time
    bltu    t0, t1, 0b
    lla     s6, text
    jal     puts
    addi    a0, s4, '0'
    jal     putc
    lla     s6, colon
    jal     puts

    li      s7, 0                   // failures
    lla     t0, _start
    ld      t1, virt
    xor     t0, t0, t1
    or      s7, s7, t0
    csrr    t0, satp
    srli    t0, t0, 60
    xori    t0, t0, 8
    or      s7, s7, t0
    xori    t0, s0, 0x11
    or      s7, s7, t0
    xori    t0, s1, 0x22
    or      s7, s7, t0
    xori    t0, s2, 0x33
    or      s7, s7, t0
    xori    t0, s3, 0x44
    or      s7, s7, t0
    xori    t0, s5, 0x66
    or      s7, s7, t0
    csrr    t0, sie
    or      s7, s7, t0
    csrr    t0, sstatus
    andi    t0, t0, 2
    or      s7, s7, t0
    lla     t0, zeroed              // memory past the file is zero
    ld      t0, 0x400(t0)
    or      s7, s7, t0
    lla     s6, good
    beqz    s7, 2f
    lla     s6, bad
2:  jal     puts
3:  wfi
    j       3b
puts:
    mv      s8, ra
5:  lbu     a0, (s6)
    beqz    a0, 6f
    addi    s6, s6, 1
    jal     putc
    j       5b
6:  jr      s8
putc:                               // SBI legacy extension 1
    li      a7, 1
    ecall
    ret
text:       .asciz "probe of node"
colon:      .asciz ": "
good:       .asciz "contract kept\r\n"
bad:        .asciz "contract BROKEN\r\n"
.balign 8
zeroed:
