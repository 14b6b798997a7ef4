// SPDX-License-Identifier: BSD-2-Clause
// Root task entry, riscv64 (seL4 16.0.0: the initial thread starts without a stack).
//   in    a0 = boot info, everything else 0; .bss is zero (loader)
//   out   root_main(boot info), which never returns
.section .text.start, "ax"
.global _start
_start:
    .option push
    .option norelax
    lla     gp, __global_pointer$
    .option pop
    lla     sp, root_stack_top
    mv      s0, zero                // end of the frame chain
    mv      ra, zero
    j       root_main

.section .bss.stack, "aw", %nobits
.balign 16
root_stack:
    .skip   0x4000
root_stack_top:
