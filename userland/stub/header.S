// SPDX-License-Identifier: BSD-2-Clause
// struct mkl_stub_page (mkl/abi/component.h). Linked at 0, so an absolute address is the offset.
// MKL_STUB_ABI is given by the build; order of the offsets: MKL_STUB_*.
.section .text.header, "ax"
.global mkl_stub_page
mkl_stub_page:
    .ascii  "MKLSTUB1"
    .word   1
    .word   MKL_STUB_ABI
    .word   13
    .word   0
    .word   mkl_stub_signal
    .word   mkl_stub_wait
    .word   mkl_stub_poll
    .word   mkl_stub_irq_ack
    .word   mkl_stub_yield
    .word   mkl_stub_relax
    .word   mkl_stub_debug_put
    .word   mkl_stub_call
    .word   mkl_stub_send
    .word   mkl_stub_recv
    .word   mkl_stub_reply_recv
    .word   mkl_stub_reply
    .word   mkl_stub_fault
