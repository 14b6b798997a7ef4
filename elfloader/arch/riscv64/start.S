// SPDX-License-Identifier: BSD-2-Clause
// Image header, parameters, and the way from firmware to loader_main. Only pc-relative addresses
// (lla) in this file: it runs wherever firmware put it.
//
//   in    a0 = hart id, a1 = device tree (physical) or 0; S-mode, satp = 0
//   out   loader_main(params, loaded_at, tree, tree_was) at run_base; tp = hart id
//
// Image header: Linux Documentation/arch/riscv/boot-image-header.rst.
#include "layout.h"
#include "scratch.h"

.option norelax
.section .head.0, "ax"
.global _start
_start:
    j       entry                   // code0
    .balign 8                       // code1
    .quad   0x200000                // text_offset: behind firmware, as U-Boot and QEMU have it
.section .head.1, "ax"              // link.ld puts image_size here; image-builder replaces it
                                    // by loader + payload + scratch
    .quad   0                       // flags: little-endian
    .word   2, 0                    // version 0.2
    .quad   0
    .ascii  "RISCV\0\0\0"
    .ascii  "RSC\x05"
    .word   0
params:                             // struct mkl_loader_params, mkl/abi/payload.h
    .quad   PARAMS_MAGIC
    .half   PARAMS_MAJOR, 0
    .word   2                       // MKL_ARCH_RISCV64
.section .head.2, "ax"              // link.ld puts image_size here
    .quad   MKL_SCRATCH_SIZE
    .skip   PARAMS_SIZE - 0x20

.text
entry:
    csrw    sie, zero
    csrw    satp, zero
    csrw    sscratch, zero          // no node yet: see cpu.cpp
    lla     t0, exception           // a fault in here must reach the console, not firmware
    csrw    stvec, t0
    mv      tp, a0
    mv      s0, a1                  // firmware's tree
    lla     s1, _start              // where we are
    lla     sp, early_stack_top

    ld      t0, 0x40(s1)            // untouched parameters: this file was never packed
    li      t1, PARAMS_MAGIC
    bne     t0, t1, stop
    ld      s2, 0x40 + PARAMS_RUN_BASE(s1)
    ld      s3, 0x40 + PARAMS_PAYLOAD_OFFSET(s1)
    ld      t0, 0x40 + PARAMS_PAYLOAD_SIZE(s1)
    ld      s4, 0x40 + PARAMS_SCRATCH_OFFSET(s1)
    beqz    t0, stop
    add     s3, s3, t0              // bytes to move
    bgtu    s3, s4, stop

    // The tree first: it may lie where we go, and our scratch there may lie where we are. The
    // scratch behind our present place is ours by the Image header's image_size, so nothing of
    // firmware's is in it.
    add     s5, s1, s4
    li      t0, MKL_SCRATCH_TREE
    add     s5, s5, t0
    mv      a0, s0
    mv      a1, s5
    call    loader_before_move
    mv      s6, a0                  // its size

    beq     s1, s2, moved
    bltu    s1, s2, 1f
    add     s7, s1, s4              // down: mover in the old scratch, tree afterwards
    j       2f
1:  call    move_tree               // up: the tree goes first, the mover into the new scratch
    add     s7, s2, s4
2:  lla     t0, mover
    lla     t1, mover_end
    mv      t2, s7
3:  lhu     t3, (t0)
    sh      t3, (t2)
    addi    t0, t0, 2
    addi    t2, t2, 2
    bltu    t0, t1, 3b
    lla     s8, arrived
    sub     s8, s8, s1
    add     s8, s8, s2
    fence   rw, rw
    fence.i
    jr      s7

// Runs from a copy. s1 from, s2 to, s3 bytes; then continues at s8.
.balign 8
mover:
    addi    s3, s3, 63
    andi    s3, s3, -64
    add     t2, s1, s3              // source's end
    bltu    s1, s2, 2f
    mv      t0, s1
    mv      t1, s2
1:  ld      a0, 0(t0)
    ld      a1, 8(t0)
    ld      a2, 16(t0)
    ld      a3, 24(t0)
    sd      a0, 0(t1)
    sd      a1, 8(t1)
    sd      a2, 16(t1)
    sd      a3, 24(t1)
    addi    t0, t0, 32
    addi    t1, t1, 32
    bltu    t0, t2, 1b
    j       3f
2:  mv      t0, t2
    add     t1, s2, s3
1:  addi    t0, t0, -32
    addi    t1, t1, -32
    ld      a0, 24(t0)
    ld      a1, 16(t0)
    ld      a2, 8(t0)
    ld      a3, 0(t0)
    sd      a0, 24(t1)
    sd      a1, 16(t1)
    sd      a2, 8(t1)
    sd      a3, 0(t1)
    bgtu    t0, s1, 1b
3:  fence   rw, rw
    fence.i
    jr      s8
.balign 8
mover_end:

arrived:
    lla     t0, exception
    csrw    stvec, t0
    lla     sp, early_stack_top
    bltu    s1, s2, moved
    call    move_tree
moved:
    fence.i
    add     t0, s2, s4              // scratch
    li      t1, MKL_SCRATCH_STACKS + MKL_SCRATCH_STACK_SIZE
    add     sp, t0, t1
    li      t1, MKL_SCRATCH_TREE
    add     a2, t0, t1
    bnez    s6, 1f
    li      a2, 0
1:  addi    a0, s2, 0x40
    mv      a1, s1
    mv      a3, s0
    call    loader_main
stop:
    wfi
    j       stop

// Tree copy from the old scratch to the new one.
move_tree:
    mv      a1, s5
    add     a0, s2, s4
    li      t0, MKL_SCRATCH_TREE
    add     a0, a0, t0
    mv      a2, s6
    tail    memmove

// Entry of a node's hart by firmware: a0 = hart id, satp = 0. Its context is the one that sbi.cpp
// has for this hart, whatever a1 is.
.global secondary_start
.hidden secondary_start
secondary_start:
    csrw    sie, zero
    lla     t0, exception
    csrw    stvec, t0
    mv      tp, a0
    fence   rw, rw
    fence.i
    lla     t0, start_tickets       // {hart id, struct CpuContext*}...
1:  ld      t1, 0(t0)
    ld      a0, 8(t0)
    beqz    a0, stop
    addi    t0, t0, 16
    bne     t1, tp, 1b
    ld      sp, (a0)                // stack_top
    call    loader_cpu_main
    j       stop

// Copied to where firmware sent the boot hart, with secondary_start in its last word.
.option push
.option norvc
.balign 8
.global stray_jump
.hidden stray_jump
stray_jump:
    auipc   t0, 0
    ld      t0, 16(t0)
    jr      t0
    nop
    .quad   0
.option pop

// Every trap of the loader is a fault; interrupts stay off.
.balign 4
exception:
    csrr    a0, scause
    mv      a1, a0
    csrr    a2, stval
    csrr    a3, sepc
    lla     sp, fault_stack_top
    call    loader_fault
    j       stop

// enter_physical(entry, a0, a1, a2)   protocol mkl: S-mode, satp 0, interrupts off
.global enter_physical
.hidden enter_physical
enter_physical:
    mv      t0, a0
    mv      a0, a1
    mv      a1, a2
    mv      a2, a3
    csrw    sie, zero
    csrw    sscratch, zero
    csrw    stvec, zero
    csrci   sstatus, 2              // SIE
    mv      ra, zero
    mv      sp, zero
    mv      gp, zero
    mv      tp, zero
    fence   rw, rw
    fence.i
    sfence.vma
    jr      t0

// enter_virtual(entry, args[6], satp)   protocol sel4: Sv39 on, six registers. Continues on the
// identity map until the jump.
.global enter_virtual
.hidden enter_virtual
enter_virtual:
    mv      t0, a0
    mv      t1, a1
    csrw    sie, zero
    csrw    sscratch, zero
    csrci   sstatus, 2              // SIE
    fence   rw, rw
    fence.i
    sfence.vma
    csrw    satp, a2
    sfence.vma
    ld      a0, 0(t1)
    ld      a1, 8(t1)
    ld      a2, 16(t1)
    ld      a3, 24(t1)
    ld      a4, 32(t1)
    ld      a5, 40(t1)
    mv      a6, zero
    mv      a7, zero
    mv      ra, zero
    mv      sp, zero
    mv      gp, zero
    mv      tp, zero
    jr      t0

.section .bss
.balign 16
    .skip   0x4000
early_stack_top:
    .skip   0x1000
fault_stack_top:
