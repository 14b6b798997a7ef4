// SPDX-License-Identifier: BSD-2-Clause
// Entry of the root shim, aarch64 (mkl/abi/shim.h). Everything but the boot info is 0 again when
// the root task starts, as the kernel would have it.
//   in    x0 = boot info; .bss is zero (loader)
//   out   root task's entry with x0 = boot info
.section .text.start, "ax"
.global _start
_start:
    b       1f
    .balign 16
params:
    .quad   0x314d4948534c4b4d      // MKL_SHIM_MAGIC
    .quad   0                       // entry
1:
    adrp    x1, shim_stack_top
    add     x1, x1, :lo12:shim_stack_top
    mov     sp, x1
    mov     x19, x0
    mov     x29, xzr
    adrp    x1, __shim_start
    bl      shim_main
    adr     x1, params
    ldr     x30, [x1, #8]
    mov     x0, x19
    .irp    r, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29
    mov     x\r, xzr
    .endr
    mov     sp, x1
    ret

.section .bss.stack, "aw", %nobits
.balign 16
shim_stack:
    .skip   0x1000
shim_stack_top:
