// SPDX-License-Identifier: BSD-2-Clause
// Stands in for the loader when a test boots the kernel alone, under OpenSBI: sets the priority of
// the granted sources and enters the kernel as boot-interface 2a says. boot_kernel.py fills in the
// words at `parameters`. a0 = hart id on entry, kept.
.section .text, "ax"
.global _start
_start:
    j       1f
    .balign 8
    .word   0x31415926
    .word   0x27182818
parameters:
    .quad   0       // boot record
    .quad   0       // status page
    .quad   0       // kernel entry
    .quad   0, 0    // address, value to write first (address 0: none)
    .quad   0, 0    // address, value
    .quad   0       // shim of the second node, for hart 1; 0: none
arrivals:
    .word   0
1:  csrw    sie, zero
    lla     t0, parameters
    ld      s1, 56(t0)
    beqz    s1, 7f
    // OpenSBI 1.1 marks a hart as wanted before it writes where it is wanted: hart 1 may come here
    // first, or again.
    lla     t1, arrivals
    li      t2, 1
    amoadd.w t3, t2, (t1)
    beqz    a0, 7f
    beqz    t3, 7f
    jr      s1
7:  ld      t1, 24(t0)
    beqz    t1, 2f
    ld      t2, 32(t0)
    sw      t2, 0(t1)
2:  ld      t1, 40(t0)
    beqz    t1, 3f
    ld      t2, 48(t0)
    sw      t2, 0(t1)
3:  beqz    s1, 6f
    li      a7, 0x48534d                // SBI HSM: 0 hart_start, 1 hart_stop
    beqz    a0, 4f
    li      a0, 0                       // the firmware chose another hart: node 0 is hart 0's
    lla     a1, _start
    li      a6, 0
    ecall
    li      a6, 1
    ecall
4:  li      a0, 1                       // until hart 1, if it is that other one, has stopped
    mv      a1, s1
    li      a6, 0
    ecall
    bnez    a0, 4b
    lla     t0, parameters
6:  ld      a1, 0(t0)
    ld      a2, 8(t0)
    csrr    t1, time
    sd      t1, (0x40 + 6 * 8)(a2)      # stamp of "about to leave the loader"
    ld      t1, 16(t0)
    jr      t1
