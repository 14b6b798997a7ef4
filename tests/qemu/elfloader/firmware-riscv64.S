// SPDX-License-Identifier: BSD-2-Clause
// Firmware with nothing but hart_start (RISC-V SBI 1.0, chapter 9), and with the mistake of
// OpenSBI 1.1, which may read where a hart is to go before that is written. STRAY:
//   0 none   1 old address, old a1   2 old address, new a1   3 new address, old a1
// Hart 0 boots; old: where hart 0 goes, and the tree.
#define LOADED_AT 0x80200000
.global _start
_start:
    csrr    s0, mhartid
    mv      s1, a1                  // tree, as QEMU hands it over
    li      t0, -1
    csrw    pmpaddr0, t0
    li      t0, 0x1f                // NAPOT over everything: read, write, execute
    csrw    pmpcfg0, t0
    li      t0, 7
    csrw    mcounteren, t0
    li      t0, 0xb1ff              // all exceptions but the ecall of S-mode
    csrw    medeleg, t0
    lla     t0, trap
    csrw    mtvec, t0
    li      s2, LOADED_AT
    beqz    s0, leave
    lla     t0, mail
1:  ld      t1, 0(t0)
    beqz    t1, 1b
    fence   r, r
#if STRAY == 0 || STRAY == 3
    ld      s2, 0(t0)
#endif
#if STRAY == 0 || STRAY == 2
    ld      s1, 8(t0)
#endif

leave:
    fence.i
    csrw    mepc, s2
    li      t0, 3 << 11             // MPP
    csrc    mstatus, t0
    li      t0, 1 << 11             // supervisor
    csrs    mstatus, t0
    mv      a0, s0
    mv      a1, s1
    mret

.balign 4
trap:                               // a0 = hart, a1 = address, a2 = its a1; there is only hart 1
    lla     t0, mail
    sd      a2, 8(t0)
    fence   w, w
    sd      a1, 0(t0)
    li      a0, 0
    csrr    t0, mepc
    addi    t0, t0, 4
    csrw    mepc, t0
    mret

.balign 8
mail:
    .quad   0, 0
