// SPDX-License-Identifier: BSD-2-Clause
// The smallest node kernel: checks the entry state of protocol mkl, says so on the board's UART, stops.
//   in  x0 = boot record, x1 = status page
#ifdef CADENCE                      // run_boot.py names the board's UART
#define UART_STATUS 0x2c
#define UART_FULL 4
#define UART_DATA 0x30
#else                               // PL011
#define UART_STATUS 0x18
#define UART_FULL 5
#define UART_DATA 0
#endif

#define STATUS_ERROR 0x18           // struct mkl_status
#define SPOKEN 0xff8                // end of the status page: free

.text
.global _start
_start:
    mov     x19, x0
    mov     x20, x1
    ldr     w22, [x1, #0x0c]        // node id from the status page
    cbz     w22, 1f                 // one UART for all: the node before speaks first, or failed
    sub     x2, x20, #0x1000
0:  ldr     w3, [x2, #STATUS_ERROR]
    cbnz    w3, 1f
    ldr     w3, [x2, #SPOKEN]
    cbz     w3, 0b
1:  adr     x21, text
    add     w22, w22, #'0'
    bl      puts
    mov     w0, w22
    bl      putc
    adr     x21, at_level
    bl      puts
    mrs     x0, CurrentEL
    lsr     x0, x0, #2
    add     w0, w0, #'0'
    bl      putc
    mrs     x0, sctlr_el1
    adr     x21, mmu_on
    tbnz    x0, #0, 1f
    adr     x21, mmu_off
1:  bl      puts
    ldr     w0, [x19]               // "MKLB"
    ldr     w1, =0x424c4b4d
    cmp     w0, w1
    adr     x21, record_ok
    b.eq    2f
    adr     x21, record_bad
2:  bl      puts
    mrs     x0, daif
    cmp     x0, #0x3c0
    adr     x21, masked
    b.eq    3f
    adr     x21, unmasked
3:  bl      puts
    mov     w0, #1
    str     w0, [x20, #SPOKEN]
    dsb     sy
4:  wfi
    b       4b
puts:
    mov     x29, x30
5:  ldrb    w0, [x21], #1
    cbz     w0, 6f
    bl      putc
    b       5b
6:  ret     x29
putc:
    ldr     x1, =UART
7:  ldr     w2, [x1, #UART_STATUS]
    tbnz    w2, #UART_FULL, 7b
    str     w0, [x1, #UART_DATA]
    ret
    .ltorg
text:       .asciz "kernel of node"
at_level:   .asciz ": EL"
mmu_on:     .asciz " MMU on"
mmu_off:    .asciz " MMU off"
record_ok:  .asciz " record ok"
record_bad: .asciz " record BAD"
masked:     .asciz " masked\r\n"
unmasked:   .asciz " NOT masked\r\n"
.balign 8
