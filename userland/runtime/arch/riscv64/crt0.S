// SPDX-License-Identifier: BSD-2-Clause
// Component entry, riscv64 (mkl/abi/component.h).
//   in    a0 = startup page, sp = top of the stack, everything else 0
//   out   mkl_start(startup page); never returns
.section .text.start, "ax"
.global _start
_start:
    .option push
    .option norelax
    lla     gp, __global_pointer$
    .option pop
    mv      s0, zero                // end of the frame chain
    mv      ra, zero
    j       mkl_start
