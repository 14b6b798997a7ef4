// SPDX-License-Identifier: BSD-2-Clause
// Stands in for the loader when a test boots the kernel alone: switches the distributor on and
// enters the kernel as boot-interface 2a says. boot_kernel.py fills in the words at `parameters`.
.section .text, "ax"
.global _start
_start:
    b       1f
    .balign 8
    .word   0x31415926
    .word   0x27182818
parameters:
    .quad   0       // boot record
    .quad   0       // status page
    .quad   0       // kernel entry
    .quad   0, 0    // GICD_IGROUPR1 address, value (address 0: none)
    .quad   0, 0    // GICD_CTLR address, value (address 0: none)
    .quad   0       // shim of the second node, for CPU 1; 0: none
1:  msr     daifset, #0xf
    ldr     x3, parameters + 24
    cbz     x3, 2f
    ldr     x4, parameters + 32
    str     w4, [x3]
2:  ldr     x3, parameters + 40
    cbz     x3, 3f
    ldr     x4, parameters + 48
    str     w4, [x3]
    dsb     sy
3:  ldr     x2, parameters + 56
    cbz     x2, 4f
    ldr     x0, =0xc4000003         // PSCI CPU_ON
    mov     x1, #1
    mov     x3, #0
    hvc     #0
4:
    ldr     x0, parameters
    ldr     x1, parameters + 8
    mrs     x2, cntvct_el0
    str     x2, [x1, #(0x40 + 6 * 8)]   // stamp of "about to leave the loader"
    ldr     x2, parameters + 16
    br      x2
