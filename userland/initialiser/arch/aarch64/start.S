// SPDX-License-Identifier: BSD-2-Clause
// Root task entry, aarch64 (seL4 16.0.0: the initial thread starts without a stack).
//   in    x0 = boot info, everything else 0; .bss is zero (loader)
//   out   root_main(boot info), which never returns
.section .text.start, "ax"
.global _start
_start:
    adrp    x1, root_stack_top
    add     x1, x1, :lo12:root_stack_top
    mov     sp, x1
    mov     x29, xzr                // end of the frame chain
    mov     x30, xzr
    b       root_main

.section .bss.stack, "aw", %nobits
.balign 16
root_stack:
    .skip   0x4000
root_stack_top:
