// SPDX-License-Identifier: BSD-2-Clause
// Contract probe: stands in for an unmodified seL4 and checks every condition of protocol sel4
// that such a kernel relies on, then says so on the board's UART through the identity map.
//   in  MMU on, at its virtual address; x0..x5 = 0x11, 0x22, 0x33, 0x44, node number, 0x66
#ifdef CADENCE                      // run_boot.py names the board's UART
#define UART_STATUS 0x2c
#define UART_FULL 4
#define UART_DATA 0x30
#else                               // PL011
#define UART_STATUS 0x18
#define UART_FULL 5
#define UART_DATA 0
#endif

.text
.global _start
_start:
    b       1f
    .balign 8
virt:       .quad 0                 // make_image.py: virtual address of _start
want_level: .quad 0                 //   1 or 2
want_tcr:   .quad 0                 //   EL2: exact TCR_EL2; EL1: 0
1:  mov     x19, x0
    mov     x20, x1
    mov     x23, x2
    mov     x24, x3
    mov     x22, x4
    mov     x25, x5
    mrs     x2, cntfrq_el0          // one UART for all: node n speaks 200 n ms later
    mov     x3, #5
    udiv    x2, x2, x3
    mul     x2, x2, x22
    mrs     x3, cntpct_el0
    add     x3, x3, x2
0:  mrs     x2, cntpct_el0
    cmp     x2, x3
    b.lo    0b
    adr     x21, text
    bl      puts
    add     w0, w22, #'0'
    bl      putc
    adr     x21, space
    bl      puts

    mov     x26, #0                 // failures, a bit each
    adr     x0, _start
    ldr     x1, virt
    cmp     x0, x1
    mov     x2, #1
    bl      note
    mrs     x0, CurrentEL
    lsr     x0, x0, #2
    ldr     x1, want_level
    cmp     x0, x1
    mov     x2, #2
    bl      note
    mrs     x0, daif
    cmp     x0, #0x3c0
    mov     x2, #4
    bl      note
    cmp     x19, #0x11
    mov     x2, #8
    bl      note
    cmp     x20, #0x22
    bl      note
    cmp     x23, #0x33
    bl      note
    cmp     x24, #0x44
    bl      note
    cmp     x25, #0x66
    bl      note
    cmp     x6, #0
    bl      note
    adr     x0, zeroed              // memory past the file is zero
    ldr     x1, [x0, #0x400]
    cmp     x1, #0
    mov     x2, #16
    bl      note
    ldr     x1, want_level
    cmp     x1, #2
    b.eq    2f
    mrs     x0, sctlr_el1
    mrs     x3, mair_el1
    mrs     x4, tcr_el1
    mov     x5, #0xffff             // T0SZ, IRGN0, ORGN0, SH0, TG0
    and     x5, x4, x5
    ldr     x6, =0x3510
    cmp     x5, x6
    mov     x2, #64
    bl      note
    lsr     x5, x4, #16             // the same for TTBR1, TG1 = 2
    mov     x6, #0xffff
    and     x5, x5, x6
    ldr     x6, =0xb510
    cmp     x5, x6
    bl      note
    mrs     x5, mpidr_el1           // what reset and firmware leave to chance
    mrs     x6, cntpct_el0
    mrs     x7, cntvct_el0
    sub     x7, x7, x6
    cmp     x7, #0x10000            // CNTVOFF 0: the two counters agree
    cset    w7, lo
    cmp     w7, #1
    mov     x2, #128
    bl      note
    b       3f
2:  mrs     x0, sctlr_el2
    mrs     x3, mair_el2
    mrs     x4, tcr_el2
    ldr     x5, want_tcr
    cmp     x4, x5
    mov     x2, #64
    bl      note
3:  mov     x5, #0x1005             // I, C, M
    and     x6, x0, x5
    cmp     x6, x5
    mov     x2, #32
    bl      note
    tst     x0, #0x80000            // WXN off
    bl      note
    ldr     x5, =0x0000aaff440c0400
    cmp     x3, x5
    mov     x2, #256
    bl      note

    adr     x21, good
    cbz     x26, 4f
    adr     x21, bad
    bl      puts
    mov     x28, #16
5:  lsr     x0, x26, x28
    and     x0, x0, #1
    add     w0, w0, #'0'
    bl      putc
    subs    x28, x28, #1
    b.pl    5b
    adr     x21, newline
4:  bl      puts
10: wfi
    b       10b
note:
    b.eq    6f
    orr     x26, x26, x2
6:  ret
puts:
    mov     x29, x30
7:  ldrb    w0, [x21], #1
    cbz     w0, 8f
    bl      putc
    b       7b
8:  ret     x29
putc:
    ldr     x1, =UART
9:  ldr     w2, [x1, #UART_STATUS]
    tbnz    w2, #UART_FULL, 9b
    str     w0, [x1, #UART_DATA]
    ret
    .ltorg
text:       .asciz "probe of node"
space:      .asciz ": "
good:       .asciz "contract kept\r\n"
bad:        .asciz "contract BROKEN "
newline:    .asciz "\r\n"
.balign 8
zeroed:
