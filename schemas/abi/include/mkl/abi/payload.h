/* SPDX-License-Identifier: BSD-2-Clause */
/* Payload: what image-builder leaves for elfloader, version 1.0.
 *
 * In memory:   [loader image][newc CPIO archive]; see struct mkl_loader_params for where.
 * In the CPIO: entry "mkl.payload" (this table) first, then per node, in YAML order,
 *              "NODE/kernel.elf", "NODE/root.elf", "NODE/node.dtb", "NODE/boot-record.bin" or
 *              "NODE/loader-info.bin", "NODE/files/NAME"; then "TRAILER!!!". Data of every entry is 64-byte aligned
 *              counted from the archive's start (names are NUL padded for that).
 *
 * Chain of trust: struct mkl_loader_params holds the SHA-256 of mkl.payload, mkl.payload that of
 * every other entry. Nothing of an entry is used before its hash agrees. This is integrity;
 * authenticity is the signed FIT's.
 *
 * The table holds every decision: the loader parses no ELF and chooses no address. `mkl verify`
 * compares segments with the ELF headers.
 *
 * All table offsets count from the start of mkl.payload and are multiples of 8.
 */
#ifndef MKL_ABI_PAYLOAD_H
#define MKL_ABI_PAYLOAD_H

#include "mkl/abi/boot_record.h"
#include "mkl/abi/common.h"

#define MKL_PAYLOAD_MAGIC 0x314c5941504c4b4dull /* "MKLPAYL1" */
#define MKL_PAYLOAD_MAJOR 1u
#define MKL_PAYLOAD_MINOR 0u
#define MKL_PAYLOAD_NAME "mkl.payload"
#define MKL_PAYLOAD_ALIGN 64u
#define MKL_PAYLOAD_NAME_SIZE 64u
#define MKL_PAYLOAD_MAX_NODES 64u
#define MKL_SHA256_SIZE 32u

/* A table inside mkl.payload: `count` elements of the struct named beside it. */
struct mkl_table {
    uint32_t offset, count;
};

#define MKL_START_NONE 0u     /* the boot CPU only */
#define MKL_START_PSCI_SMC 1u /* Arm DEN0022, CPU_ON */
#define MKL_START_PSCI_HVC 2u
#define MKL_START_SPIN_TABLE 3u /* Devicetree Specification 3.8.1, cpu-release-addr */
#define MKL_START_SBI_HSM 4u    /* SBI 9, hart_start */

struct mkl_payload_header {
    uint64_t magic;
    uint16_t major, minor;
    uint32_t total_size;         /* of mkl.payload */
    uint32_t crc32;              /* over total_size, this field as 0 */
    uint32_t arch;               /* MKL_ARCH_* */
    struct mkl_table nodes;      /* struct mkl_payload_node */
    struct mkl_table entries;    /* struct mkl_payload_entry */
    struct mkl_table segments;   /* struct mkl_payload_segment, those of an entry stand together */
    struct mkl_table pools;      /* struct mkl_range: shared pools and decoys: nobody's RAM */
    struct mkl_table zeros;      /* struct mkl_range: parts of them, zeroed before any node starts */
    struct mkl_table ram;        /* struct mkl_range: RAM of the board, sorted, disjoint */
    struct mkl_table claims;     /* struct mkl_range: RAM the plan uses, sorted; firmware's tree must agree */
    struct mkl_table interrupts; /* struct mkl_payload_interrupt, ascending INTID */
    struct mkl_range loader;     /* run-time footprint, payload included */
    struct mkl_range status;     /* status pages, MKL_PAGE_SIZE a node, in node order */
    struct mkl_range logs;       /* log rings, MKL_LOG_RING_SIZE a node that has one; size may be 0 */
    uint32_t psci;               /* MKL_START_PSCI_SMC / _HVC / NONE: how to call firmware */
    uint32_t reserved_psci;
    struct mkl_rec_console console; /* the loader's own output; type NONE: silent */
    struct mkl_rec_intc intc;       /* cpu_number unused here */
    uint32_t interrupt_lines;       /* GIC: lines the tree's controller is known to have, 0: read GICD_TYPER */
    uint32_t counter_hz;            /* of the time stamps; 0: the CPU knows (CNTFRQ_EL0) */
    /* The steward: a CPU of no node that stays in the loader. Once every node is READY or has
     * failed, it routes and enables the interrupts marked MKL_PAYLOAD_IRQ_ENABLE. A boot CPU that
     * is no node's does it itself. steward_start NONE: no other CPU is there for it. */
    uint64_t steward_hwid;
    uint64_t steward_release; /* spin table, as in struct mkl_payload_node */
    uint32_t steward_start;   /* MKL_START_* */
    uint32_t reserved;
};
MKL_ABI_ASSERT(offsetof(struct mkl_payload_header, nodes) == 0x18, "nodes at 0x18");
MKL_ABI_ASSERT(offsetof(struct mkl_payload_header, loader) == 0x58, "loader at 0x58");
MKL_ABI_ASSERT(offsetof(struct mkl_payload_header, psci) == 0x88, "psci at 0x88");
MKL_ABI_ASSERT(offsetof(struct mkl_payload_header, console) == 0x90, "console at 0x90");
MKL_ABI_ASSERT(offsetof(struct mkl_payload_header, intc) == 0xb0, "intc at 0xb0");
MKL_ABI_ASSERT(sizeof(struct mkl_payload_header) == 0x140, "payload header is 0x140 bytes");

#define MKL_PROTOCOL_MKL 1u         /* boot record: EL1 / S-mode, MMU off */
#define MKL_PROTOCOL_SEL4 2u        /* six registers, MMU on */
#define MKL_PROTOCOL_LOADER_INFO 3u /* magic 0x73654c34 version 0 */
#define MKL_EL_1 1u
#define MKL_EL_2 2u

struct mkl_payload_node {
    char name[MKL_NAME_SIZE];
    uint32_t id;                                   /* = index in this table */
    uint32_t protocol;                             /* MKL_PROTOCOL_* */
    uint64_t hwid;                                 /* as in struct mkl_rec_node */
    uint32_t start;                                /* MKL_START_* */
    uint32_t level;                                /* aarch64: MKL_EL_* the kernel is entered at; riscv64: 0 */
    uint64_t release;                              /* spin table: cpu-release-addr; else 0 */
    uint64_t status;                               /* its status page */
    uint64_t log;                                  /* its log ring, or 0 */
    struct mkl_table ram;                          /* struct mkl_range: the node's memory */
    struct mkl_table entries;                      /* its slice of the entries table: `offset` is the first INDEX */
    uint64_t kernel_entry;                         /* MKL: physical e_entry; others: virtual e_entry */
    uint64_t boot_record;                          /* MKL: physical address of the record; else 0 */
    uint64_t kernel_base, kernel_end, kernel_virt; /* as in struct mkl_rec_kernel */
    uint64_t args[6];                              /* SEL4: x0..x5 / a0..a5; LOADER_INFO: x0, its info page; MKL: 0 */
    uint64_t dtb_base, dtb_size;
    uint32_t cpu_number; /* GICv2 CPU interface number, PLIC context */
    uint32_t flags;      /* MKL_NODE_* */
    /* Its CPU has failed if not ENTERED by then, and its root task counts as up if not READY. */
    uint32_t start_timeout_ms;
    uint32_t reserved;
};
#define MKL_NODE_BANNER_BY_LOADER 1u /* foreign root task: the loader says the banner */
#define MKL_NODE_PA_44 2u            /* SEL4 at EL2: built for 44-bit physical addresses, else 40 */
#define MKL_NODE_LAST 4u             /* enters only when every other node is READY or has failed */
MKL_ABI_ASSERT(offsetof(struct mkl_payload_node, ram) == 0x50, "ram at 0x50");
MKL_ABI_ASSERT(offsetof(struct mkl_payload_node, kernel_entry) == 0x60, "kernel_entry at 0x60");
MKL_ABI_ASSERT(sizeof(struct mkl_payload_node) == 0xd8, "payload node is 0xd8 bytes");

#define MKL_ROLE_KERNEL 1u
#define MKL_ROLE_ROOT 2u
#define MKL_ROLE_DTB 3u
#define MKL_ROLE_BOOT_RECORD 4u
#define MKL_ROLE_FILE 5u
#define MKL_ROLE_STEWARD 6u
#define MKL_ROLE_LOADER_INFO 7u /* LOADER_INFO: its info page (mkl/abi/loader_info.h) */

struct mkl_payload_entry {
    char name[MKL_PAYLOAD_NAME_SIZE]; /* CPIO name, NUL padded */
    uint32_t role;                    /* MKL_ROLE_* */
    uint32_t node;                    /* index of the node */
    uint64_t offset;                  /* of the data, from the CPIO archive's start; multiple of 64.
                       * ~0: not in the archive, a FIT loadable that firmware put at `address` */
    uint64_t size;                    /* of the data */
    uint64_t address;                 /* FIT loadable: where it lies; else 0 */
    uint8_t sha256[MKL_SHA256_SIZE];  /* of the data */
    struct mkl_table segments;        /* slice of the segments table: `offset` is the first INDEX */
};
MKL_ABI_ASSERT(offsetof(struct mkl_payload_entry, sha256) == 0x60, "sha256 at 0x60");
MKL_ABI_ASSERT(sizeof(struct mkl_payload_entry) == 0x88, "payload entry is 0x88 bytes");

/* Copy entry data [offset, offset + file_size) to `dest`, then zero up to memory_size. */
struct mkl_payload_segment {
    uint64_t dest; /* physical; inside the node's RAM */
    uint64_t memory_size;
    uint64_t offset;    /* from the entry's data */
    uint64_t file_size; /* <= memory_size */
};
MKL_ABI_ASSERT(sizeof(struct mkl_payload_segment) == 32, "segment is 32 bytes");

struct mkl_payload_interrupt {
    uint32_t id;      /* GIC INTID >= 32, or PLIC source */
    uint32_t node;    /* owner */
    uint32_t trigger; /* MKL_TRIGGER_* */
    uint32_t flags;   /* MKL_PAYLOAD_IRQ_* */
};
#define MKL_PAYLOAD_IRQ_ENABLE 1u /* loader or steward enables it once the owner is ready (sel4) */
MKL_ABI_ASSERT(sizeof(struct mkl_payload_interrupt) == 16, "payload interrupt is 16 bytes");

/* Loader parameters: at byte 0x40 of the flat loader image (behind the 64-byte arm64 / RISC-V
 * Image header, which image-builder writes too). The loader's build fills what is marked L,
 * image-builder the rest. The flat image is linked at 0, position independent, BSS included.
 *
 * Run time, all from `run_base`: [flat loader, image_size][CPIO, payload_size, at payload_offset]
 * [scratch: stacks, page tables, copy of firmware's tree; at scratch_offset, scratch_size]. */
#define MKL_LOADER_PARAMS_OFFSET 0x40u
#define MKL_LOADER_MAGIC 0x3144414f4c4c4b4dull /* "MKLLOAD1" */
#define MKL_LOADER_MAJOR 1u
struct mkl_loader_params {
    uint64_t magic;          /* L */
    uint16_t major, minor;   /* L */
    uint32_t arch;           /* L */
    uint64_t image_size;     /* L: flat loader with BSS, multiple of 4 KiB */
    uint64_t scratch_size;   /* L: bytes needed behind the payload, multiple of 4 KiB */
    uint64_t run_base;       /* where the loader copies itself first, multiple of 2 MiB */
    uint64_t footprint;      /* bytes from run_base it may use; the plan's `loader` */
    uint64_t payload_offset; /* of the CPIO archive, multiple of 4 KiB */
    uint64_t payload_size;
    uint64_t scratch_offset; /* multiple of 4 KiB; scratch_offset + scratch_size <= footprint */
    uint64_t table_offset;   /* of mkl.payload's data, from the archive's start */
    uint64_t table_size;
    uint8_t table_sha256[MKL_SHA256_SIZE];
};
MKL_ABI_ASSERT(offsetof(struct mkl_loader_params, run_base) == 0x20, "run_base at 0x20");
MKL_ABI_ASSERT(sizeof(struct mkl_loader_params) == 0x78, "loader params are 0x78 bytes");

/* Image headers, 64 bytes, at byte 0. arm64: Linux Documentation/arch/arm64/booting.rst; RISC-V:
 * Documentation/arch/riscv/boot-image-header.rst. Both: u32 code[2], u64 text_offset, u64
 * image_size, ..., magic at 0x38. */
#define MKL_IMAGE_MAGIC_ARM64 0x644d5241u  /* "ARM\x64" */
#define MKL_IMAGE_MAGIC2_RISCV 0x05435352u /* "RSC\x05" */
#define MKL_IMAGE_MAGIC_OFFSET 0x38u

#endif
