// SPDX-License-Identifier: BSD-2-Clause
// Component entry, aarch64 (mkl/abi/component.h).
//   in    x0 = startup page, sp = top of the stack, everything else 0
//   out   mkl_start(startup page); never returns
.section .text.start, "ax"
.global _start
_start:
    mov     x29, xzr                // end of the frame chain
    mov     x30, xzr
    b       mkl_start
