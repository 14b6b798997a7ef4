/* SPDX-License-Identifier: BSD-2-Clause */
/* Compact CapDL spec, version 2: what the initialiser builds. Written by image-builder behind the
 * initialiser's own segments, as the last PT_LOAD of NODE/root.elf, at the first 4 KiB boundary
 * after the initialiser's last byte of memory (linker symbol __image_end, rounded up).
 *
 * Layout: header, then tables at the offsets it names (8-byte aligned), then page data: fill data
 * of whole frames is 4 KiB aligned, so that the initialiser can hand its own image frame on instead of
 * copying (MKL_FILL_EMBED). Same content as NODE/node.cdl plus what the initialiser itself does
 * (struct mkl_spec_console and following), which CapDL has no words for.
 *
 * Objects are sorted: those with a fixed paddr first, ascending; then by size descending, then by
 * name. Types and cap parameters are capDL 0.5.0's.
 */
#ifndef MKL_ABI_CAPDL_H
#define MKL_ABI_CAPDL_H

#include "mkl/abi/boot_record.h"
#include "mkl/abi/common.h"

#define MKL_SPEC_MAGIC 0x31434550534c4b4dull /* "MKLSPEC1" */
#define MKL_SPEC_VERSION 2u
#define MKL_SPEC_NO_PADDR (~0ull)

struct mkl_spec_table {
    uint32_t offset, count;
};

struct mkl_spec_header {
    uint64_t magic;
    uint32_t version;
    uint32_t abi;         /* MKL_ABI_* (mkl/abi/component.h) it was made for */
    uint64_t total_size;  /* page data included */
    uint64_t tables_size; /* header and tables: what crc32 covers */
    uint32_t crc32;       /* this field as 0 */
    uint32_t node_id;
    struct mkl_spec_table objects;   /* struct mkl_spec_object */
    struct mkl_spec_table slots;     /* struct mkl_spec_slot */
    struct mkl_spec_table fills;     /* struct mkl_spec_fill */
    struct mkl_spec_table tcbs;      /* struct mkl_spec_tcb */
    struct mkl_spec_table names;     /* bytes: NUL-terminated strings, count = bytes */
    struct mkl_spec_table consoles;  /* struct mkl_spec_console: components' console rings */
    struct mkl_spec_table logs;      /* struct mkl_spec_log: other nodes' logs this node prints */
    struct mkl_spec_table peers;     /* struct mkl_spec_peer: whom to wait for before starting */
    struct mkl_spec_table doorbells; /* struct mkl_spec_doorbell: other nodes' multiplexed signals */
    struct mkl_spec_table bells;     /* struct mkl_spec_bell */
    uint32_t console_notification;   /* object index; ~0: none */
    uint32_t fault_endpoint;         /* object index; ~0: none. What has no handler of its own faults
                                     * to it, with 1 + its index in `consoles` as badge */
    struct mkl_spec_table domains;   /* struct mkl_spec_domain: the domain schedule; none: all in
                                      * domain 0 */
};
MKL_ABI_ASSERT(offsetof(struct mkl_spec_header, objects) == 0x28, "objects at 0x28");
MKL_ABI_ASSERT(sizeof(struct mkl_spec_header) == 0x88, "spec header is 0x88 bytes");

#define MKL_OBJ_ENDPOINT 1u
#define MKL_OBJ_NOTIFICATION 2u
#define MKL_OBJ_CNODE 3u          /* size_bits = radix */
#define MKL_OBJ_TCB 4u            /* extra = index in tcbs */
#define MKL_OBJ_FRAME 5u          /* size_bits 12, 21, 30 */
#define MKL_OBJ_VSPACE 6u         /* root page table; assigned an ASID */
#define MKL_OBJ_PAGE_TABLE 7u     /* extra = level: 1 directly below the root, 2, 3 */
#define MKL_OBJ_IRQ 8u            /* handler; extra = irq number | trigger << 32 (MKL_TRIGGER_*) */
#define MKL_OBJ_SGI_SIGNAL 9u     /* extra = id | target << 32 */
#define MKL_OBJ_UNTYPED 10u       /* size_bits */
#define MKL_OBJ_SCHED_CONTEXT 11u /* MCS: extra = period us; extra2 = budget us */
#define MKL_OBJ_REPLY 12u         /* MCS */
#define MKL_OBJ_ASID_POOL 13u
#define MKL_OBJ_VCPU 14u
/* Authority that the kernel hands the root task: nothing is made, the root task's own capability
 * goes on. IRQ_CONTROL moves, so one component of a node has it. */
#define MKL_OBJ_IRQ_CONTROL 15u
#define MKL_OBJ_ASID_CONTROL 16u
#define MKL_OBJ_DOMAIN 17u
#define MKL_OBJ_SCHED_CONTROL 18u /* MCS */
#define MKL_OBJ_SMC 19u

#define MKL_OBJ_FLAG_DEVICE 1u /* paddr lies in a device untyped */

struct mkl_spec_object {
    uint16_t type; /* MKL_OBJ_* */
    uint8_t size_bits;
    uint8_t flags;  /* MKL_OBJ_FLAG_* */
    uint32_t name;  /* offset in names */
    uint64_t paddr; /* MKL_SPEC_NO_PADDR: anywhere */
    uint64_t extra, extra2;
    uint32_t first_slot, slot_count; /* CNODE, TCB, IRQ, VSPACE, PAGE_TABLE: what it holds */
    uint32_t first_fill, fill_count; /* FRAME */
};
MKL_ABI_ASSERT(sizeof(struct mkl_spec_object) == 48, "spec object is 48 bytes");

/* A capability in a slot. In a CNode `slot` is the slot; in a VSpace or page table the index of the entry;
 * in a TCB one of MKL_TCB_SLOT_*; in an IRQ 0, the notification. */
struct mkl_spec_slot {
    uint32_t slot;
    uint32_t object;     /* index; the cap's type follows from it */
    uint16_t rights;     /* seL4 rights word: 1 W, 2 R, 4 G, 8 P; for a frame G means executable */
    uint16_t flags;      /* MKL_CAP_* */
    uint32_t guard_size; /* CNode caps */
    uint64_t badge;      /* endpoints, notifications; CNode caps: the guard */
};
MKL_ABI_ASSERT(sizeof(struct mkl_spec_slot) == 24, "spec slot is 24 bytes");
#define MKL_CAP_UNCACHED 1u
#define MKL_TCB_SLOT_CSPACE 0u
#define MKL_TCB_SLOT_VSPACE 1u
#define MKL_TCB_SLOT_REPLY 2u
#define MKL_TCB_SLOT_IPC_BUFFER 4u
#define MKL_TCB_SLOT_FAULT_EP 5u
#define MKL_TCB_SLOT_SC 6u
#define MKL_TCB_SLOT_BOUND_NOTIFICATION 8u

#define MKL_FILL_DATA 1u  /* copy `length` bytes at `data` to dest_offset */
#define MKL_FILL_EMBED 2u /* frame content is the whole 4 KiB page at `data`: may hand on the image frame */
#define MKL_FILL_RING 3u  /* frame is a console ring: set magic, version, capacity, the rest zero */
struct mkl_spec_fill {
    uint32_t kind;        /* MKL_FILL_* */
    uint32_t dest_offset; /* in the frame */
    uint64_t length;
    uint64_t data; /* offset from the header */
};
MKL_ABI_ASSERT(sizeof(struct mkl_spec_fill) == 24, "spec fill is 24 bytes");

struct mkl_spec_tcb {
    uint64_t ip, sp, ipc_buffer;
    uint64_t args[4]; /* first argument registers */
    uint32_t priority, max_priority, domain;
    uint32_t flags;    /* MKL_TCB_* */
    uint64_t fault_ep; /* non-MCS: cptr in the thread's cspace; 0: none */
};
#define MKL_TCB_RESUME 1u
#define MKL_TCB_FPU_DISABLED 2u
MKL_ABI_ASSERT(sizeof(struct mkl_spec_tcb) == 80, "spec tcb is 80 bytes");

struct mkl_spec_console {
    uint32_t frame; /* object index of the ring's frame */
    uint32_t name;  /* component's name */
    uint64_t badge; /* with which its console_signal cap signals console_notification */
};

struct mkl_spec_log {
    uint64_t base, size; /* physical, of the ring; readable shared range */
    uint32_t node_id;
    uint32_t name; /* node's name: the prefix is "NAME| " */
};

struct mkl_spec_peer {
    uint64_t status; /* physical address of its status page */
    uint32_t node_id;
    uint32_t name;
    uint32_t timeout_ms; /* then it counts as up, where user level can tell time; 0: never */
    uint32_t reserved;
};
/* Doorbell page: 64-bit counters, written by components of one other node, each word by one of them
 * alone: it counts up, then raises the interrupt. The initialiser, woken by `irq` (whose
 * notification is console_notification, with MKL_SPEC_DOORBELL_BADGE), acknowledges it, then
 * signals each bell whose word has changed. Zeroed by the loader.
 * Without an interrupt a thread of the initialiser's looks at the words: under MCS with its highest
 * priority, once in MKL_POLL_PERIOD_US; else with the lowest, over and over. */
#define MKL_SPEC_DOORBELL_BADGE (1ull << 63)
#define MKL_POLL_PERIOD_US 500u
struct mkl_spec_doorbell {
    uint64_t page; /* physical */
    uint32_t irq;  /* object index; ~0: none, the words are polled */
    uint32_t first_bell, bell_count;
    uint32_t name; /* of the other node */
};
struct mkl_spec_bell {
    uint32_t word;         /* index in the page, below 512 */
    uint32_t notification; /* object index */
    uint64_t badge;
};
/* Entries of the kernel's domain schedule from index 1 on; an empty one ends it. */
struct mkl_spec_domain {
    uint32_t domain, reserved;
    uint64_t ticks; /* in the kernel's unit, above 0 */
};
MKL_ABI_ASSERT(sizeof(struct mkl_spec_domain) == 16, "spec domain is 16 bytes");
MKL_ABI_ASSERT(sizeof(struct mkl_spec_doorbell) == 24, "spec doorbell is 24 bytes");
MKL_ABI_ASSERT(sizeof(struct mkl_spec_bell) == 16, "spec bell is 16 bytes");
MKL_ABI_ASSERT(sizeof(struct mkl_spec_console) == 16, "spec console is 16 bytes");
MKL_ABI_ASSERT(sizeof(struct mkl_spec_log) == 24, "spec log is 24 bytes");
MKL_ABI_ASSERT(sizeof(struct mkl_spec_peer) == 24, "spec peer is 24 bytes");

#endif
