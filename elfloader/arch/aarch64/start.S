// SPDX-License-Identifier: BSD-2-Clause
// Image header, parameters, and the way from firmware to loader_main. No absolute address in
// this file: it runs wherever firmware put it.
//
//   in    x0 = device tree (physical) or 0; EL1, EL2 or EL3; MMU off, or on with identity map
//   out   loader_main(params, loaded_at, tree, tree_was) at run_base, MMU and caches off
//
// arm64 Image header: Linux Documentation/arch/arm64/booting.rst.
#include "layout.h"
#include "scratch.h"

.section .head.0, "ax"
.global _start
_start:
    ccmp    x18, #0, #0xd, pl       // code0: "MZ" for EFI; no effect that anybody sees
    b       entry                   // code1
    .quad   0                       // text_offset
.section .head.1, "ax"              // link.ld puts image_size here; image-builder replaces it
                                    // by loader + payload + scratch
    .quad   0xa                     // flags: little-endian, 4 KiB pages, anywhere in RAM
    .quad   0, 0, 0
    .ascii  "ARM\x64"
    .word   PE_HEADER               // where the EFI header is
params:                             // struct mkl_loader_params, mkl/abi/payload.h
    .quad   PARAMS_MAGIC
    .hword  PARAMS_MAJOR, 0
    .word   1                       // MKL_ARCH_AARCH64
.section .head.2, "ax"              // link.ld puts image_size here
    .quad   MKL_SCRATCH_SIZE
    .skip   PARAMS_SIZE - 0x20
    .skip   PE_HEADER - 0x40 - PARAMS_SIZE
// PE32+ header: Microsoft PE Format, revision 11; UEFI Specification 2.10, 2.1.1. One section whose
// file offsets are its addresses. Image-builder sets what depends on the payload (marked I).
    .ascii  "PE\0\0"
    .hword  0xaa64, 1               // machine ARM64, sections
    .word   0, 0, 0                 // no time stamp, no symbols
    .hword  160, 0x206              // optional header size; executable, nothing stripped matters
    .hword  0x20b, 0                // PE32+
    .word   0, 0, 0                 // sizes of code and data: informative
    .word   0x1000                  // AddressOfEntryPoint: link.ld puts efi_entry there
    .word   0x1000                  // BaseOfCode
    .quad   0                       // ImageBase: anywhere
    .word   0x1000, 0x200           // SectionAlignment, FileAlignment
    .word   0, 0, 0, 0              // versions, Win32VersionValue
    .word   0                       // I: SizeOfImage
    .word   0x1000                  // SizeOfHeaders
    .word   0                       // CheckSum
    .hword  10, 0                   // Subsystem: EFI application
    .quad   0, 0, 0, 0              // stack and heap
    .word   0, 6                    // NumberOfRvaAndSizes
    .quad   0, 0, 0, 0, 0, 0        // no directories: no relocations are needed
    .ascii  ".mkl\0\0\0\0"
    .word   0                       // I: VirtualSize
    .word   0x1000                  // VirtualAddress
    .word   0                       // I: SizeOfRawData
    .word   0x1000                  // PointerToRawData
    .word   0, 0, 0
    .word   0xe0000020              // code, executable, readable, writable

// Calls the _el1, _el2 or _el3 variant of a system register write.
.macro write_elx reg, value, scratch
    mrs     \scratch, CurrentEL
    cmp     \scratch, #8
    b.eq    2f
    b.hi    3f
    msr     \reg\()_el1, \value
    b       4f
2:  msr     \reg\()_el2, \value
    b       4f
3:  msr     \reg\()_el3, \value
4:  isb
.endm
.macro read_elx value, reg
    mrs     \value, CurrentEL
    cmp     \value, #8
    b.eq    2f
    b.hi    3f
    mrs     \value, \reg\()_el1
    b       4f
2:  mrs     \value, \reg\()_el2
    b       4f
3:  mrs     \value, \reg\()_el3
4:
.endm

.section .efi_entry, "ax"
// EFI: x0 = image handle, x1 = system table, firmware's stack, identity map.
.global efi_entry
efi_entry:
    stp     x29, x30, [sp, #-32]!
    add     x2, sp, #16
    bl      loader_efi_leave
    cbnz    x0, 1f
    ldr     x0, [sp, #16]           // tree
    b       entry
1:  ldp     x29, x30, [sp], #32     // back to firmware, with its status
    ret

.text
entry:
    msr     daifset, #0xf
    mov     x19, x0                 // firmware's tree
    adr     x20, _start             // where we are
    msr     tpidr_el0, xzr          // no node yet: see fault.cpp
    adrp    x0, vectors
    add     x0, x0, :lo12:vectors
    write_elx vbar, x0, x1
    adrp    x0, early_stack_top
    add     x0, x0, :lo12:early_stack_top
    mov     sp, x0

    mrs     x0, CurrentEL           // at EL3 every CPU may come at once: one goes on
    cmp     x0, #12
    b.ne    1f
    mrs     x0, mpidr_el1
    tst     x0, #0xffffff
    b.ne    el3_wait
1:
    ldr     x21, [x20, #0x40 + PARAMS_RUN_BASE]
    ldr     x22, [x20, #0x40 + PARAMS_PAYLOAD_OFFSET]
    ldr     x1, [x20, #0x40 + PARAMS_PAYLOAD_SIZE]
    add     x22, x22, x1            // bytes to move
    ldr     x23, [x20, #0x40 + PARAMS_SCRATCH_OFFSET]
    ldr     x0, [x20, #0x40]        // untouched parameters: this file was never packed
    ldr     x1, =PARAMS_MAGIC
    cmp     x0, x1
    b.ne    stop
    cbz     x22, stop
    cmp     x22, x23
    b.hi    stop

    read_elx x0, sctlr
    mov     x1, #5                  // M or C: what firmware wrote may be in the caches only
    tst     x0, x1
    b.eq    1f
    mov     x0, x20
    mov     x1, x22
    bl      cache_publish
    cbz     x19, 2f
    mov     x0, x19
    ldr     w1, [x19, #4]           // totalsize, big-endian
    rev     w1, w1
    bl      cache_publish
2:  bl      mmu_disable
1:
    // The tree first: it may lie where we go, and our scratch there may lie where we are. The
    // scratch behind our present place is ours by the Image header's image_size, so nothing of
    // firmware's is in it.
    add     x0, x20, x23
    mov     x1, #MKL_SCRATCH_SIZE
    bl      cache_publish
    add     x24, x20, x23
    add     x24, x24, #MKL_SCRATCH_TREE
    mov     x0, x19
    mov     x1, x24
    bl      loader_before_move
    mov     x25, x0                 // its size

    cmp     x20, x21
    b.eq    moved
    mov     x0, x21                 // nothing older may be written back over what we move
    add     x1, x23, #MKL_SCRATCH_SIZE
    bl      cache_publish
    b.lo    1f                      // flags are kept by cache_publish
    // Down: mover in the old scratch, above everything it writes. Tree afterwards.
    add     x0, x20, x23
    b       2f
1:  // Up: the tree goes first, into memory above the image; the mover into the new scratch.
    bl      move_tree
    add     x0, x21, x23
2:  adr     x26, arrived
    sub     x26, x26, x20
    adr     x1, mover
    adr     x2, mover_end
    mov     x3, x0
3:  ldr     w4, [x1], #4
    str     w4, [x3], #4
    cmp     x1, x2
    b.lo    3b
    dsb     sy
    ic      iallu
    dsb     sy
    isb
    br      x0

// Runs from a copy. x20 from, x21 to, x22 bytes; then continues at x21 + x26.
mover:
    add     x22, x22, #63
    and     x22, x22, #~63
    cmp     x20, x21
    b.lo    2f
    mov     x0, x20
    mov     x1, x21
    add     x2, x20, x22
1:  ldp     x4, x5, [x0], #16
    ldp     x6, x7, [x0], #16
    ldp     x8, x9, [x0], #16
    ldp     x10, x11, [x0], #16
    stp     x4, x5, [x1], #16
    stp     x6, x7, [x1], #16
    stp     x8, x9, [x1], #16
    stp     x10, x11, [x1], #16
    cmp     x0, x2
    b.lo    1b
    b       3f
2:  add     x0, x20, x22
    add     x1, x21, x22
1:  ldp     x4, x5, [x0, #-16]!
    ldp     x6, x7, [x0, #-16]!
    ldp     x8, x9, [x0, #-16]!
    ldp     x10, x11, [x0, #-16]!
    stp     x4, x5, [x1, #-16]!
    stp     x6, x7, [x1, #-16]!
    stp     x8, x9, [x1, #-16]!
    stp     x10, x11, [x1, #-16]!
    cmp     x0, x20
    b.hi    1b
3:  dsb     sy
    ic      iallu
    dsb     sy
    isb
    add     x0, x21, x26
    br      x0
mover_end:

arrived:
    adrp    x0, vectors
    add     x0, x0, :lo12:vectors
    write_elx vbar, x0, x1
    adrp    x0, early_stack_top
    add     x0, x0, :lo12:early_stack_top
    mov     sp, x0
    mov     x0, x21                 // lines fetched meanwhile by speculation
    mov     x1, x22
    bl      cache_publish
    cmp     x20, x21
    b.lo    moved
    bl      move_tree
moved:
    dsb     sy
    ic      iallu
    dsb     sy
    isb
    add     x0, x21, x23
    add     x1, x0, #MKL_SCRATCH_STACKS
    add     x1, x1, #MKL_SCRATCH_STACK_SIZE
    mov     sp, x1
    add     x2, x0, #MKL_SCRATCH_TREE
    cmp     x25, #0
    csel    x2, x2, xzr, ne
    add     x0, x21, #0x40
    mov     x1, x20
    mov     x3, x19
    bl      loader_main
stop:
    wfi
    b       stop

// Tree copy from the old scratch to the new one. Keeps x19..x28.
move_tree:
    mov     x1, x24
    add     x0, x21, x23
    add     x0, x0, #MKL_SCRATCH_TREE
    mov     x2, x25
    b       memmove
    .ltorg

// Entry of a node's CPU from a spin table: nothing in the registers.
.global spin_start
spin_start:
    adrp    x0, spin_context
    ldr     x0, [x0, :lo12:spin_context]
// Entry of a node's CPU by PSCI: x0 = struct CpuContext (physical), caches off.
.global secondary_start
secondary_start:
    msr     daifset, #0xf
    mov     x19, x0
    adrp    x0, vectors
    add     x0, x0, :lo12:vectors
    write_elx vbar, x0, x1
    ldr     x0, [x19]               // stack_top
    mov     sp, x0
.global secondary_settled           // x19 = context; sp and vectors are set
secondary_settled:
    ldp     x0, x1, [x19, #8]       // root, attributes
    ldr     x2, [x19, #24]          // control
    bl      mmu_enable
    mov     x0, x19
    bl      loader_cpu_main
    b       stop

.section .bss
.balign 16
    .skip   0x4000
early_stack_top:
.balign 64                          // a cache line of its own
.global spin_context
spin_context:
    .skip   64
