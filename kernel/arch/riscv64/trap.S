// SPDX-License-Identifier: BSD-2-Clause
// Trap entry and exit, RISC-V S-mode. Privileged architecture 20211203, 4.1.
//
// While user code runs sscratch points at the current thread's Context; while the kernel runs it
// is 0, so that a trap of the kernel itself is known. The kernel stack is always entered from its
// top: no kernel state survives an exit.
#include "offsets.h"

.section .text, "ax"
.balign 4
.global kernel_trap_vector
kernel_trap_vector:
    csrrw   sp, sscratch, sp
    beqz    sp, kernel_trap
    sd      x1, 8(sp)
    sd      x3, 24(sp)
    sd      x4, 32(sp)
    sd      x5, 40(sp)
    sd      x6, 48(sp)
    sd      x7, 56(sp)
    sd      x8, 64(sp)
    sd      x9, 72(sp)
    sd      x10, 80(sp)
    sd      x11, 88(sp)
    sd      x12, 96(sp)
    sd      x13, 104(sp)
    sd      x14, 112(sp)
    sd      x15, 120(sp)
    sd      x16, 128(sp)
    sd      x17, 136(sp)
    sd      x18, 144(sp)
    sd      x19, 152(sp)
    sd      x20, 160(sp)
    sd      x21, 168(sp)
    sd      x22, 176(sp)
    sd      x23, 184(sp)
    sd      x24, 192(sp)
    sd      x25, 200(sp)
    sd      x26, 208(sp)
    sd      x27, 216(sp)
    sd      x28, 224(sp)
    sd      x29, 232(sp)
    sd      x30, 240(sp)
    sd      x31, 248(sp)
    csrrw   t0, sscratch, zero      // the user's sp
    sd      t0, 16(sp)
    csrr    t1, sepc
    sd      t1, CONTEXT_FAULT_PC(sp)
    mv      a0, sp
    lla     sp, kernel_stack_top
    csrr    a1, scause
    li      t2, 8                   // ECALL from U-mode
    beq     a1, t2, 1f
    sd      t1, CONTEXT_PC(a0)
    csrr    a2, stval
    call    enter_trap
    j       restore_user
1:  addi    t1, t1, 4               // go on behind it; fault_pc is the ecall itself
    sd      t1, CONTEXT_PC(a0)
    // The two calls with a fast path have doors of their own.
    lla     ra, restore_user
    li      t2, -1                  // Call
    beq     a7, t2, 2f
    li      t2, -2                  // ReplyRecv
    beq     a7, t2, 3f
    tail    enter_syscall
2:  tail    enter_call
3:  tail    enter_reply_receive

// a0 = Context of the thread to run.
.global restore_user
restore_user:
    csrw    sscratch, a0
    ld      t0, CONTEXT_PC(a0)
    csrw    sepc, t0
    ld      x1, 8(a0)
    ld      x2, 16(a0)
    ld      x3, 24(a0)
    ld      x4, 32(a0)
    ld      x5, 40(a0)
    ld      x6, 48(a0)
    ld      x7, 56(a0)
    ld      x8, 64(a0)
    ld      x9, 72(a0)
    ld      x11, 88(a0)
    ld      x12, 96(a0)
    ld      x13, 104(a0)
    ld      x14, 112(a0)
    ld      x15, 120(a0)
    ld      x16, 128(a0)
    ld      x17, 136(a0)
    ld      x18, 144(a0)
    ld      x19, 152(a0)
    ld      x20, 160(a0)
    ld      x21, 168(a0)
    ld      x22, 176(a0)
    ld      x23, 184(a0)
    ld      x24, 192(a0)
    ld      x25, 200(a0)
    ld      x26, 208(a0)
    ld      x27, 216(a0)
    ld      x28, 224(a0)
    ld      x29, 232(a0)
    ld      x30, 240(a0)
    ld      x31, 248(a0)
    ld      x10, 80(a0)
    sret

// A fault of the kernel itself: report with a fresh stack and stop this node.
kernel_trap:
    lla     sp, kernel_stack_top
    csrr    a0, scause
    csrr    a1, stval
    csrr    a2, sepc
    call    enter_kernel_fault
1:  wfi
    j       1b

// void fpu_save(FpuState*), void fpu_load(const FpuState*)
.option push
.option arch, +f, +d
.macro fpu_each op
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    \op    f\n, (\n * 8)(a0)
    .endr
.endm
.global fpu_save, fpu_load
fpu_save:
    fpu_each fsd
    frcsr   t0
    sd      t0, 256(a0)
    ret
fpu_load:
    fpu_each fld
    ld      t0, 256(a0)
    fscsr   t0
    ret
.option pop
