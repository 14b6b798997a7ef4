/* SPDX-License-Identifier: BSD-2-Clause */
/* Boot record, version 1.0: what one node's kernel, and then its root task, is told.
 * Written by image-builder, copied by elfloader, read by kernel and root task.
 * Per-node view only. docs/boot-interface.md explains it for people who port another kernel.
 *
 * Header, 32 bytes:
 *   off   size  field          meaning
 *   0x00  8     magic          "MKLBOOT1" read as bytes
 *   0x08  2     major          1
 *   0x0a  2     minor          0
 *   0x0c  4     total_size     header and all records, multiple of 8
 *   0x10  4     crc32          over total_size bytes, this field as 0
 *   0x14  4     record_count
 *   0x18  4     arch           MKL_ARCH_*
 *   0x1c  4     reserved       0; readers ignore it
 * then record_count records, each 8-byte aligned, in strictly ascending order of type:
 *   0x00  2     type           MKL_REC_*
 *   0x02  2     flags          bit 0: critical
 *   0x04  4     size           of the record with this header, multiple of 8
 * An unknown record is skipped; an unknown critical record refuses the whole, naming its type.
 * Arrays fill the rest of their record (count = (size - fixed part) / element size) and are
 * sorted ascending by their first field and disjoint.
 */
#ifndef MKL_ABI_BOOT_RECORD_H
#define MKL_ABI_BOOT_RECORD_H

#include "mkl/abi/common.h"

#define MKL_BOOT_MAGIC 0x31544f4f424c4b4dull /* "MKLBOOT1" */
#define MKL_BOOT_MAJOR 1u
#define MKL_BOOT_MINOR 1u
#define MKL_BOOT_MAX_SIZE 0x10000u /* a reader refuses a larger record */

/* Extra boot info record (seL4_BootInfoHeader id) under which the built-in kernel hands the whole
 * boot record to the root task, beside the FDT (id 6). */
#define MKL_BOOTINFO_ID_BOOT_RECORD 0x4d4b4c01u

struct mkl_boot_header {
    uint64_t magic;
    uint16_t major, minor;
    uint32_t total_size;
    uint32_t crc32;
    uint32_t record_count;
    uint32_t arch;
    uint32_t reserved;
};
MKL_ABI_ASSERT(sizeof(struct mkl_boot_header) == 0x20, "boot header is 32 bytes");
MKL_ABI_ASSERT(offsetof(struct mkl_boot_header, crc32) == 0x10, "crc32 at 0x10");

struct mkl_boot_record {
    uint16_t type, flags;
    uint32_t size;
};
MKL_ABI_ASSERT(sizeof(struct mkl_boot_record) == 8, "record header is 8 bytes");
#define MKL_REC_FLAG_CRITICAL 1u

/* Record types. 1..0x3fff generic, 0x4000..0x5fff aarch64, 0x6000..0x7fff riscv64,
 * 0x8000..0xffff experimental. */
#define MKL_REC_NODE 1u                  /* struct mkl_rec_node, once, critical */
#define MKL_REC_KERNEL 2u                /* struct mkl_rec_kernel, once, critical */
#define MKL_REC_RAM 3u                   /* mkl_range[], at least one, critical: all RAM of the node */
#define MKL_REC_ROOT_TASK 4u             /* struct mkl_rec_root_task, once, critical */
#define MKL_REC_DEVICES 5u               /* mkl_range[]: MMIO pages the node owns, console included */
#define MKL_REC_RESERVED 6u              /* mkl_range[]: parts of RAM that must not become untyped */
#define MKL_REC_INTERRUPTS 7u            /* mkl_rec_interrupt[]: SPIs or PLIC sources it owns */
#define MKL_REC_SGI_SEND 8u              /* mkl_rec_sgi_send[]: (id, target) pairs it may raise */
#define MKL_REC_SGI_RECEIVE 9u           /* mkl_rec_sgi_receive[]: SGI ids it may take */
#define MKL_REC_SHARED 10u               /* mkl_rec_shared[]: ranges outside its free RAM it may map */
#define MKL_REC_DTB 11u                  /* mkl_range, once: the node's device tree, in its RAM */
#define MKL_REC_CONSOLE 12u              /* struct mkl_rec_console, at most once */
#define MKL_REC_INTERRUPT_CONTROLLER 13u /* struct mkl_rec_intc, once, critical */
#define MKL_REC_LOG 14u                  /* mkl_range: the node's own log ring (mkl/abi/ring.h) */
#define MKL_REC_STATUS 15u               /* mkl_range: the node's own status page (mkl/abi/status.h) */
#define MKL_REC_COMMAND_LINE 16u         /* bytes, NUL padded to a multiple of 8 */
#define MKL_REC_TIMER 17u                /* struct mkl_rec_timer, once, critical */
#define MKL_REC_AUTHORITY 18u            /* mkl_rec_authority[]: what its components hold of it (1.1) */

/* [base, base + size), both multiples of 4 KiB unless said otherwise, size > 0. */
struct mkl_range {
    uint64_t base, size;
};
MKL_ABI_ASSERT(sizeof(struct mkl_range) == 16, "range is 16 bytes");

struct mkl_rec_node {
    struct mkl_boot_record h;
    uint32_t id;       /* index in the YAML's order; boot info nodeID */
    uint32_t reserved; /* 0 */
    uint64_t hwid;     /* MPIDR_EL1 affinity (Aff3.Aff2.Aff1.Aff0 as in MPIDR) or hart id */
    char name[MKL_NAME_SIZE];
};
MKL_ABI_ASSERT(sizeof(struct mkl_rec_node) == 56, "node record is 56 bytes");

struct mkl_rec_kernel {
    struct mkl_boot_record h;
    uint64_t base; /* physical base, multiple of 2 MiB */
    uint64_t end;  /* physical end of its memory image, BSS included */
    uint64_t virt; /* the virtual address its ELF gives to `base` */
};
MKL_ABI_ASSERT(sizeof(struct mkl_rec_kernel) == 32, "kernel record is 32 bytes");

struct mkl_rec_root_task {
    struct mkl_boot_record h;
    uint64_t base;  /* physical, 4 KiB aligned */
    uint64_t end;   /* physical, 4 KiB aligned: [min p_vaddr, max p_vaddr + memsz) as one block */
    uint64_t virt;  /* virtual address of `base`, 4 KiB aligned */
    uint64_t entry; /* virtual */
};
MKL_ABI_ASSERT(sizeof(struct mkl_rec_root_task) == 40, "root task record is 40 bytes");

#define MKL_TRIGGER_LEVEL 0u
#define MKL_TRIGGER_EDGE 1u
struct mkl_rec_interrupt {
    uint32_t id;      /* as the controller counts: GIC INTID (SPI >= 32) or PLIC source */
    uint32_t trigger; /* MKL_TRIGGER_*; the loader has already written it */
};
MKL_ABI_ASSERT(sizeof(struct mkl_rec_interrupt) == 8, "interrupt is 8 bytes");

/* Sorted by target, then id. `target`: GICv2 CPU interface number 0..7; GICv3 affinity packed as
 * Aff3 << 24 | Aff2 << 16 | Aff1 << 8 | Aff0; RISC-V hart id (id is 0 there: SBI IPI). */
struct mkl_rec_sgi_send {
    uint32_t id;
    uint32_t reserved; /* 0 */
    uint64_t target;
};
MKL_ABI_ASSERT(sizeof(struct mkl_rec_sgi_send) == 16, "sgi send is 16 bytes");

struct mkl_rec_sgi_receive {
    uint32_t id; /* 0..15; RISC-V: always 0 */
    uint32_t reserved;
};
MKL_ABI_ASSERT(sizeof(struct mkl_rec_sgi_receive) == 8, "sgi receive is 8 bytes");

#define MKL_RIGHT_READ 1u
#define MKL_RIGHT_WRITE 2u
#define MKL_MEMORY_CACHED 0u   /* normal, write-back, inner shareable */
#define MKL_MEMORY_UNCACHED 1u /* normal non-cacheable, or whatever the kernel calls uncached */
#define MKL_SHARED_POOL 0u     /* a `shared:` pool */
#define MKL_SHARED_LOG 1u      /* a log ring: own (rw) or another node's (r) */
#define MKL_SHARED_STATUS 2u   /* a status page: own (rw) or another node's (r) */
#define MKL_SHARED_FILE 3u     /* an entry of `files:`: rw, all of it in a RESERVED part of the RAM */
struct mkl_rec_shared {
    uint64_t base, size;
    uint32_t rights;     /* MKL_RIGHT_* bits; frames from a range without WRITE get no write right */
    uint32_t attributes; /* MKL_MEMORY_* */
    uint32_t kind;       /* MKL_SHARED_* */
    uint32_t peer;       /* LOG, STATUS: node id it belongs to; POOL, FILE: index in the YAML's order */
};
MKL_ABI_ASSERT(sizeof(struct mkl_rec_shared) == 32, "shared range is 32 bytes");

/* Console drivers; the list in kernel/rt/uart.hpp follows this one. */
#define MKL_CONSOLE_NONE 0u
#define MKL_CONSOLE_PL011 1u
#define MKL_CONSOLE_NS16550 2u /* 8250 family; reg_shift and io_width from the tree */
#define MKL_CONSOLE_CADENCE 3u /* cdns,uart-r1p8, -r1p12, xlnx,xuartps */
#define MKL_CONSOLE_SIFIVE 4u  /* sifive,uart0 */
#define MKL_CONSOLE_IMX 5u     /* fsl,imx21-uart and later */
#define MKL_CONSOLE_MESON 6u   /* amlogic,meson-*-uart */
#define MKL_CONSOLE_BCM2835AUX 7u
#define MKL_CONSOLE_QCOM_GENI 8u
struct mkl_rec_console {
    struct mkl_boot_record h;
    uint32_t type;      /* MKL_CONSOLE_* */
    uint32_t reg_shift; /* register n stands at base + (n << reg_shift) where the driver has it */
    uint32_t io_width;  /* access width in bytes: 1 or 4 */
    uint32_t reserved;
    uint64_t base; /* of the registers; need not be page aligned */
};
MKL_ABI_ASSERT(sizeof(struct mkl_rec_console) == 32, "console record is 32 bytes");

#define MKL_INTC_GICV2 1u
#define MKL_INTC_GICV3 2u
#define MKL_INTC_PLIC 3u
#define MKL_INTC_NONE 4u        /* boards without one that mkl drives (BCM2836): loader only */
#define MKL_INTC_INIT_LOADER 1u /* distributor is set up; kernel touches only its own lines' enable bits */
#define MKL_INTC_INIT_KERNEL 2u
#define MKL_INTC_INIT_DECOY 3u /* as LOADER, but the kernel has a decoy, so its mask does nothing: the
                                 * root task sets a line's enable bit once its handler is there */
#define MKL_INTC_MAX_REGIONS 4u
struct mkl_rec_intc {
    struct mkl_boot_record h;
    uint32_t type;        /* MKL_INTC_* */
    uint32_t initialiser; /* MKL_INTC_INIT_*: who initialises the distributor / PLIC priorities */
    uint64_t dist_base;   /* GICD or PLIC */
    uint64_t dist_size;
    uint32_t cpu_number;                            /* GICv2: this node's CPU interface number; PLIC: context of the hart's S mode */
    uint32_t region_count;                          /* GICv2: 1, the GICC; GICv3: redistributor regions; PLIC: 0 */
    struct mkl_range regions[MKL_INTC_MAX_REGIONS]; /* unused ones are zero */
    uint64_t redist_stride;                         /* GICv3: bytes a redistributor takes, 0x20000 unless the tree says so */
};
MKL_ABI_ASSERT(sizeof(struct mkl_rec_intc) == 112, "interrupt controller record is 112 bytes");

struct mkl_rec_timer {
    struct mkl_boot_record h;
    uint32_t irq;       /* GIC INTID of the virtual timer (27); RISC-V: 5, supervisor timer */
    uint32_t trigger;   /* MKL_TRIGGER_* */
    uint64_t frequency; /* Hz; 0: read it from CNTFRQ_EL0 */
};
MKL_ABI_ASSERT(sizeof(struct mkl_rec_timer) == 24, "timer record is 24 bytes");

/* One capability of authority that one component of the node holds. */
struct mkl_rec_authority {
    uint32_t kind; /* MKL_OBJ_* of mkl/abi/capdl.h: IRQ_CONTROL to SMC, UNTYPED of a device */
    uint32_t reserved;
    uint64_t base, size; /* UNTYPED; else 0 */
};
MKL_ABI_ASSERT(sizeof(struct mkl_rec_authority) == 24, "authority record is 24 bytes");

#endif
