// SPDX-License-Identifier: BSD-2-Clause
// Exception vectors, AArch64 EL1. Arm ARM DDI 0487, D1.3.
//
// While user code runs SP_EL1 points at the current thread's Context; while the kernel runs it is
// the kernel stack, always entered from its top, so no kernel state survives an exit.
#include "offsets.h"

.macro save_context
    stp     x0, x1, [sp, #(CONTEXT_X + 0)]
    stp     x2, x3, [sp, #(CONTEXT_X + 16)]
    stp     x4, x5, [sp, #(CONTEXT_X + 32)]
    stp     x6, x7, [sp, #(CONTEXT_X + 48)]
    stp     x8, x9, [sp, #(CONTEXT_X + 64)]
    stp     x10, x11, [sp, #(CONTEXT_X + 80)]
    stp     x12, x13, [sp, #(CONTEXT_X + 96)]
    stp     x14, x15, [sp, #(CONTEXT_X + 112)]
    stp     x16, x17, [sp, #(CONTEXT_X + 128)]
    stp     x18, x19, [sp, #(CONTEXT_X + 144)]
    stp     x20, x21, [sp, #(CONTEXT_X + 160)]
    stp     x22, x23, [sp, #(CONTEXT_X + 176)]
    stp     x24, x25, [sp, #(CONTEXT_X + 192)]
    stp     x26, x27, [sp, #(CONTEXT_X + 208)]
    stp     x28, x29, [sp, #(CONTEXT_X + 224)]
    mrs     x21, sp_el0
    mrs     x22, elr_el1
    mrs     x23, spsr_el1
    stp     x30, x21, [sp, #(CONTEXT_X + 240)]
    stp     x22, x23, [sp, #CONTEXT_PC]
    mov     x0, sp
    adrp    x1, kernel_stack_top
    mov     sp, x1
.endm

.macro vector handler
    .balign 0x80
    b       \handler
.endm

.section .text.vectors, "ax"
.balign 0x800
.global kernel_vectors
kernel_vectors:
    vector  kernel_trap         // current EL with SP0: never used
    vector  kernel_trap
    vector  kernel_trap
    vector  kernel_trap
    vector  kernel_trap         // current EL with SPx: a bug of the kernel
    vector  kernel_trap
    vector  kernel_trap
    vector  kernel_trap
    vector  user_sync           // lower EL, AArch64
    vector  user_irq
    vector  user_fiq
    vector  user_serror
    vector  user_sync           // lower EL, AArch32: cannot happen, SPSR is ours
    vector  user_irq
    vector  user_fiq
    vector  user_serror
.balign 0x80

user_sync:
    save_context
    mrs     x1, esr_el1
    lsr     x2, x1, #26
    cmp     x2, #0x15               // SVC from AArch64
    b.ne    1f
    sub     x22, x22, #4            // the instruction to run again is the svc itself
    str     x22, [x0, #CONTEXT_FAULT_PC]
    adr     x30, restore_user
    cmn     x7, #1                  // Call
    b.eq    enter_call
    cmn     x7, #2                  // ReplyRecv
    b.eq    enter_reply_receive
    b       enter_syscall
1:  str     x22, [x0, #CONTEXT_FAULT_PC]
    mrs     x2, far_el1
    bl      enter_fault
    b       restore_user

user_irq:
    save_context
    str     x22, [x0, #CONTEXT_FAULT_PC]
    bl      enter_irq
    b       restore_user

user_fiq:
    save_context
    str     x22, [x0, #CONTEXT_FAULT_PC]
    bl      enter_irq
    b       restore_user

user_serror:
    save_context
    str     x22, [x0, #CONTEXT_FAULT_PC]
    mrs     x1, esr_el1
    mov     x2, xzr
    bl      enter_fault
    b       restore_user

// x0 = Context of the thread to run.
.global restore_user
restore_user:
    mov     sp, x0
    ldp     x30, x21, [sp, #(CONTEXT_X + 240)]
    ldp     x22, x23, [sp, #CONTEXT_PC]
    msr     sp_el0, x21
    msr     elr_el1, x22
    msr     spsr_el1, x23
    ldp     x0, x1, [sp, #(CONTEXT_X + 0)]
    ldp     x2, x3, [sp, #(CONTEXT_X + 16)]
    ldp     x4, x5, [sp, #(CONTEXT_X + 32)]
    ldp     x6, x7, [sp, #(CONTEXT_X + 48)]
    ldp     x8, x9, [sp, #(CONTEXT_X + 64)]
    ldp     x10, x11, [sp, #(CONTEXT_X + 80)]
    ldp     x12, x13, [sp, #(CONTEXT_X + 96)]
    ldp     x14, x15, [sp, #(CONTEXT_X + 112)]
    ldp     x16, x17, [sp, #(CONTEXT_X + 128)]
    ldp     x18, x19, [sp, #(CONTEXT_X + 144)]
    ldp     x20, x21, [sp, #(CONTEXT_X + 160)]
    ldp     x22, x23, [sp, #(CONTEXT_X + 176)]
    ldp     x24, x25, [sp, #(CONTEXT_X + 192)]
    ldp     x26, x27, [sp, #(CONTEXT_X + 208)]
    ldp     x28, x29, [sp, #(CONTEXT_X + 224)]
    eret

// A fault of the kernel itself: report with a fresh stack and stop this node.
kernel_trap:
    adrp    x9, kernel_stack_top
    mov     sp, x9
    mrs     x0, esr_el1
    mrs     x1, far_el1
    mrs     x2, elr_el1
    bl      enter_kernel_fault
1:  wfi
    b       1b

// void fpu_save(FpuState*), void fpu_load(const FpuState*)
.arch_extension fp
.arch_extension simd
.global fpu_save, fpu_load
fpu_save:
    stp     q0, q1, [x0, #0]
    stp     q2, q3, [x0, #32]
    stp     q4, q5, [x0, #64]
    stp     q6, q7, [x0, #96]
    stp     q8, q9, [x0, #128]
    stp     q10, q11, [x0, #160]
    stp     q12, q13, [x0, #192]
    stp     q14, q15, [x0, #224]
    stp     q16, q17, [x0, #256]
    stp     q18, q19, [x0, #288]
    stp     q20, q21, [x0, #320]
    stp     q22, q23, [x0, #352]
    stp     q24, q25, [x0, #384]
    stp     q26, q27, [x0, #416]
    stp     q28, q29, [x0, #448]
    stp     q30, q31, [x0, #480]
    mrs     x1, fpcr
    mrs     x2, fpsr
    add     x0, x0, #512
    stp     x1, x2, [x0]
    ret
fpu_load:
    ldp     q0, q1, [x0, #0]
    ldp     q2, q3, [x0, #32]
    ldp     q4, q5, [x0, #64]
    ldp     q6, q7, [x0, #96]
    ldp     q8, q9, [x0, #128]
    ldp     q10, q11, [x0, #160]
    ldp     q12, q13, [x0, #192]
    ldp     q14, q15, [x0, #224]
    ldp     q16, q17, [x0, #256]
    ldp     q18, q19, [x0, #288]
    ldp     q20, q21, [x0, #320]
    ldp     q22, q23, [x0, #352]
    ldp     q24, q25, [x0, #384]
    ldp     q26, q27, [x0, #416]
    ldp     q28, q29, [x0, #448]
    ldp     q30, q31, [x0, #480]
    add     x0, x0, #512
    ldp     x1, x2, [x0]
    msr     fpcr, x1
    msr     fpsr, x2
    ret
