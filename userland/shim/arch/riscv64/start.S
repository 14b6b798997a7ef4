// SPDX-License-Identifier: BSD-2-Clause
// Entry of the root shim, riscv64 (mkl/abi/shim.h).
//   in    a0 = boot info; .bss is zero (loader)
//   out   root task's entry with a0 = boot info
.section .text.start, "ax"
.global _start
_start:
    .option push
    .option norelax
    .option norvc
    j       1f
    .balign 16
params:
    .quad   0x314d4948534c4b4d      // MKL_SHIM_MAGIC
    .quad   0                       // entry
1:
    lla     sp, shim_stack_top
    .option pop
    mv      s0, zero
    mv      s1, a0
    lla     a1, __shim_start
    call    shim_main
    .option push
    .option norelax
    lla     t0, params
    .option pop
    ld      t0, 8(t0)
    mv      a0, s1
    mv      s1, zero
    mv      sp, zero
    mv      ra, zero
    jr      t0

.section .bss.stack, "aw", %nobits
.balign 16
shim_stack:
    .skip   0x1000
shim_stack_top:
