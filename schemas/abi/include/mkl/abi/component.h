/* SPDX-License-Identifier: BSD-2-Clause */
/* What a component finds in its address space: contract between CapDL writer, initialiser, stub
 * page and component runtime. A component ELF holds no system call number, no label, no cptr and
 * no address: it reads the startup page and calls through the stub page.
 *
 * Virtual layout of every component, on every architecture (all below 2^38 - 4096):
 *   0x00_0001_0000 .. 0x00_ffff_ffff   the ELF's own segments, anywhere in here
 *   0x10_0000_0000  stub page       r-x, one page, the same frame for every component of a node
 *   0x10_0000_1000  startup page    r--, one page
 *   0x10_0000_2000  console ring    rw-, MKL_CONSOLE_RING_SIZE (mkl/abi/ring.h)
 *   0x10_0000_3000  IPC buffer      rw-, one page
 *   .. 0x10_1000_0000  stack        rw-, grows down from here, an unmapped page below it
 *   0x10_2000_0000 ..  shared data, queues, RPC slots, one after another, a guard page between
 *   0x18_0000_0000 ..  device registers, then DMA memory
 *   0x20_0000_0000 ..  heap         rw-
 *
 * Entry: e_entry; first argument register (x0, a0) = address of the startup page; SP set, 16-byte
 * aligned; all other registers 0. Never returns. The TLS base is the program's own affair.
 *
 * A program of seL4's own interface (`abi:`) is bound to a kernel ABI and may hold what it likes.
 * At its SP stands what C start-up code expects: argc (1), argv (the component's name), an empty
 * environment, and the auxiliary vector below; the startup page is where it always is.
 */
#ifndef MKL_ABI_COMPONENT_H
#define MKL_ABI_COMPONENT_H

#include "mkl/abi/common.h"

#define MKL_VA_ELF_FIRST 0x0000010000ull
#define MKL_VA_ELF_END 0x0100000000ull
#define MKL_VA_STUB 0x1000000000ull
#define MKL_VA_STARTUP 0x1000001000ull
#define MKL_VA_CONSOLE 0x1000002000ull
#define MKL_VA_IPC_BUFFER 0x1000003000ull
#define MKL_VA_STACK_TOP 0x1010000000ull
#define MKL_VA_SHARED 0x1020000000ull
#define MKL_VA_DEVICES 0x1800000000ull
#define MKL_VA_HEAP 0x2000000000ull

/* Auxiliary vector of `abi:` programs: pairs of words. Numbers of the System V ABI and of seL4's
 * runtime library. The capabilities are to the program's own objects. */
#define MKL_AUX_NULL 0u
#define MKL_AUX_PROGRAM_HEADERS 3u /* address of a copy of the ELF's program headers */
#define MKL_AUX_PROGRAM_HEADER_SIZE 4u
#define MKL_AUX_PROGRAM_HEADER_COUNT 5u
#define MKL_AUX_PAGE_SIZE 6u
#define MKL_AUX_IPC_BUFFER 67u /* its address */
#define MKL_AUX_TCB 69u        /* cptr */
#define MKL_AUX_CNODE 70u      /* cptr; pointers are resolved in 64 bits */
#define MKL_AUX_VSPACE 71u     /* cptr */

/* Slots of an `abi:` program, those of seL4's initial thread: its own objects, then `caps:` that
 * name no slot. What else it has stands from 16 on. */
#define MKL_PLAIN_SLOT_TCB 1u
#define MKL_PLAIN_SLOT_CNODE 2u
#define MKL_PLAIN_SLOT_VSPACE 3u
#define MKL_PLAIN_SLOT_IRQ_CONTROL 4u
#define MKL_PLAIN_SLOT_ASID_CONTROL 5u
#define MKL_PLAIN_SLOT_DOMAIN 11u
#define MKL_PLAIN_SLOT_SMC 15u
#define MKL_PLAIN_SLOT_FIRST 16u

/* ---- Startup page ---------------------------------------------------------------------- */

#define MKL_STARTUP_MAGIC 0x31504d4f434c4b4dull /* "MKLCOMP1" */
#define MKL_STARTUP_VERSION 1u

/* Kinds of endpoint, and what a..d hold. Names are the YAML's (`client.irq2` -> "irq2"). */
#define MKL_END_BUFFER 1u  /* shared data: a vaddr, b size, c MKL_RIGHT_* bits, d 1 if uncached */
#define MKL_END_EMIT 2u    /* outgoing notification: a cptr to signal (notification or SGI cap) or 0
                             * (the receiver polls), b doorbell vaddr or 0 (multiplexed, polled) */
#define MKL_END_CONSUME 3u /* incoming: a badge bit in the inbox, b IRQ handler cptr to ack or 0,
                             * c doorbell vaddr or 0, d doorbell count */
/* Queues and RPC (mkl/abi/queue.h): a vaddr of the queue (RPC: of the requests), b depth << 32 |
 * largest message, c index in `ends` of the outgoing signal | index of the incoming one << 32, d bit
 * 0: uncached; bits 63:32: the how-manieth connection to this end of the server it is, from 0.
 * The two signals are ends of kinds EMIT and CONSUME with the connection's end name and
 * MKL_END_FLAG_PART, which lookup by name passes over. */
#define MKL_END_RPC_CLIENT 4u
#define MKL_END_RPC_SERVER 5u
#define MKL_END_QUEUE_SEND 6u
#define MKL_END_QUEUE_RECEIVE 7u
#define MKL_END_DEVICE 8u /* registers: a vaddr, b size, c physical address */
#define MKL_END_DMA 9u    /* DMA memory, a file: a vaddr, b size, c physical address */

#define MKL_END_FAULTS 10u /* faults of the component of that name: a cptr of the endpoint, b badge */

/* A capability of `caps:`: a cptr, b MKL_OBJ_* (mkl/abi/capdl.h), untyped: c log2 of its bytes, d
 * physical address (0: ordinary memory). Of a capability that is several pieces each is an end,
 * NAME, NAME1, NAME2. */
#define MKL_END_CAP 11u

#define MKL_END_FLAG_PART 1u /* belongs to a queue or RPC end */

struct mkl_end {
    char name[MKL_NAME_SIZE];
    uint32_t kind;  /* MKL_END_* */
    uint32_t flags; /* MKL_END_FLAG_* */
    uint64_t a, b, c, d;
};
MKL_ABI_ASSERT(sizeof(struct mkl_end) == 72, "end is 72 bytes");

struct mkl_startup {
    uint64_t magic;
    uint32_t version;
    uint32_t total_size; /* header and ends */
    uint32_t crc32;      /* over total_size, this field as 0 */
    uint32_t end_count;
    char name[MKL_NAME_SIZE]; /* component */
    char node[MKL_NAME_SIZE]; /* node it runs on */
    uint64_t console_signal;  /* cptr: signal after writing lines to the console ring; 0: none */
    uint64_t inbox;           /* cptr of the component's own notification; 0: it has none */
    uint64_t heap_base, heap_size;
    struct mkl_end ends[1]; /* end_count in fact, in the YAML's order */
};
MKL_ABI_ASSERT(offsetof(struct mkl_startup, name) == 0x18, "name at 0x18");
MKL_ABI_ASSERT(offsetof(struct mkl_startup, console_signal) == 0x58, "console_signal at 0x58");
MKL_ABI_ASSERT(offsetof(struct mkl_startup, ends) == 0x78, "ends at 0x78");
#define MKL_STARTUP_MAX_ENDS ((MKL_PAGE_SIZE - 0x78u) / 72u)

/* ---- Stub page ------------------------------------------------------------------------- */

#define MKL_STUB_MAGIC 0x31425554534c4b4dull /* "MKLSTUB1" */
#define MKL_STUB_VERSION 1u

/* Kernel ABIs; one stub page and one initialiser each. */
#define MKL_ABI_AARCH64_CLASSIC 1u
#define MKL_ABI_AARCH64_HYP 2u
#define MKL_ABI_AARCH64_MCS 3u
#define MKL_ABI_AARCH64_HYP_MCS 4u
#define MKL_ABI_RISCV64_CLASSIC 5u
#define MKL_ABI_RISCV64_MCS 6u

/* Functions, in the page's table order. C calling convention of the architecture, no floating
 * point, no stack beyond the caller's. A cptr is a word; a wrong one is the kernel's to answer. */
#define MKL_STUB_SIGNAL 0u      /* void signal(cptr) */
#define MKL_STUB_WAIT 1u        /* word wait(cptr): blocks, returns the badge */
#define MKL_STUB_POLL 2u        /* word poll(cptr): badge, or 0 if nothing was pending */
#define MKL_STUB_IRQ_ACK 3u     /* word irq_ack(cptr): seL4_Error */
#define MKL_STUB_YIELD 4u       /* void yield(void) */
#define MKL_STUB_RELAX 5u       /* void relax(void): wait for an interrupt if user level may, else nothing */
#define MKL_STUB_DEBUG_PUT 6u   /* void debug_put(word c): debug kernels; otherwise nothing */
#define MKL_STUB_CALL 7u        /* void call(cptr, struct mkl_message*) */
#define MKL_STUB_SEND 8u        /* void send(cptr, struct mkl_message*): blocks */
#define MKL_STUB_RECV 9u        /* void recv(cptr, struct mkl_message*): blocks */
#define MKL_STUB_REPLY_RECV 10u /* void reply_recv(cptr, struct mkl_message*) */
#define MKL_STUB_REPLY 11u      /* void reply(struct mkl_message*) */
#define MKL_STUB_FAULT 12u      /* void fault(cptr, struct mkl_message*): as recv, of faults; label is
                                 * MKL_FAULT_*, mr[0] the pc, mr[1] an address or number */
#define MKL_STUB_COUNT 13u

/* What a thread did, the same on every ABI. */
#define MKL_FAULT_NONE 0u      /* no fault: a notification, whose badge it is */
#define MKL_FAULT_MEMORY 1u    /* mr[1]: address */
#define MKL_FAULT_CAP 2u       /* used a capability it has not; mr[1]: its pointer */
#define MKL_FAULT_SYSCALL 3u   /* mr[1]: its number */
#define MKL_FAULT_EXCEPTION 4u /* mr[1]: 0 */
#define MKL_FAULT_OTHER 5u     /* its budget is used up, a debug exception */

/* Slot of a component's CSpace that no end uses: the reply object of one that receives calls, on an
 * MCS kernel. */
#define MKL_SLOT_REPLY 1u

/* Message of the IPC stubs: up to 4 words in `mr`, the rest in the IPC buffer. In: to send. Out:
 * what was received; `badge` is the sender's. */
struct mkl_message {
    uint64_t label, length, badge;
    uint64_t mr[4];
};

struct mkl_stub_page {
    uint64_t magic;
    uint32_t version;
    uint32_t abi;   /* MKL_ABI_* */
    uint32_t count; /* entries in `offset` */
    uint32_t reserved;
    uint32_t offset[MKL_STUB_COUNT]; /* of each function, from the page's start */
};
MKL_ABI_ASSERT(offsetof(struct mkl_stub_page, offset) == 0x18, "offset at 0x18");

#endif
