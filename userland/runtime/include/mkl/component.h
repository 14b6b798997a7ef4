/* SPDX-License-Identifier: BSD-2-Clause */
/* What a component is written against. C11 and C++20; no node, address, interrupt or capability
 * appears in it: names are those of the system description (`client.irq2` is "irq2" here).
 *
 * A component defines mkl_init, and mkl_notified if it reacts to incoming notifications. Both run
 * on its one thread: mkl_init first, then mkl_notified once for each pending end, for ever.
 * mkl_init may also keep the thread and wait by itself with mkl_wait.
 */
#ifndef MKL_COMPONENT_H
#define MKL_COMPONENT_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* An end of a connection, as the startup page describes it. Compared by pointer. */
struct mkl_end;
typedef const struct mkl_end* mkl_end_t;

/* ---- What the component defines -------------------------------------------------------- */

void mkl_init(void);              /* once, at start */
void mkl_notified(mkl_end_t end); /* for each end with something pending; default: nothing */

/* ---- Ends ------------------------------------------------------------------------------- */

/* The end of that name. One that the system description does not have is a line on the console
 * and the end of this component. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow" /* a function and a structure of one name, in C++ */
mkl_end_t mkl_end(const char* name);
#pragma GCC diagnostic pop
mkl_end_t mkl_find_end(const char* name); /* NULL if there is none */
const char* mkl_end_name(mkl_end_t end);

/* Shared data, device registers or DMA memory: address, and size in bytes if `size` is not NULL.
 * Other components write it while this one reads: access it as volatile or with atomics. */
volatile void* mkl_buffer(const char* name, size_t* size);
/* Physical address of a DMA end or of device registers. */
uint64_t mkl_physical(const char* name);

/* Everything written before is seen by whoever wakes up from it. Signals that find one pending
 * merge with it. Where peers did not wait (`start-timeout:`), an end may be signalled once more at
 * start. */
void mkl_signal(mkl_end_t end);
/* Blocks until `end` is signalled; other ends that come meanwhile stay pending. An interrupt is
 * acknowledged when its end is waited for again. */
void mkl_wait(mkl_end_t end);
int mkl_poll(mkl_end_t end); /* nonzero: was pending, and is now taken */
void mkl_wait_any(void);     /* blocks until some end is pending, takes none */

/* ---- Queues ----------------------------------------------------------------------------- */

/* Whole messages from one component to another, in order, none lost. A queue end that has
 * something to do is also pending for mkl_wait and mkl_notified: a message to take, or room where
 * there was none. */
size_t mkl_queue_max(mkl_end_t end); /* largest message, in bytes; of a server, reply, too */
void mkl_queue_send(mkl_end_t end, const void* data, size_t size);    /* blocks while full */
int mkl_queue_try_send(mkl_end_t end, const void* data, size_t size); /* 0: full */
size_t mkl_queue_receive(mkl_end_t end, void* data, size_t size);     /* blocks; its length */
/* The same without a copy: the slot itself, until it is published or released. */
void* mkl_queue_room(mkl_end_t end); /* NULL: full */
void mkl_queue_publish(mkl_end_t end, size_t size);
const void* mkl_queue_front(mkl_end_t end, size_t* size); /* NULL: empty */
void mkl_queue_release(mkl_end_t end);

/* ---- Remote procedure calls ------------------------------------------------------------- */

/* Client; it may be a server, too. A reply longer than `reply_max` is cut; the result is its full
 * length. */
size_t mkl_call(mkl_end_t end, const void* request, size_t size, void* reply, size_t reply_max);
/* Several at once, as many as the connection's depth: replies come in the order of the requests. A
 * plain mkl_call in between would take the reply of another one. */
int mkl_call_begin(mkl_end_t end, const void* request, size_t size); /* 0: depth are under way */
size_t mkl_call_finish(mkl_end_t end, void* reply, size_t reply_max);

/* Server. Each client has an end of its own, by which the server knows it: nothing a client sends
 * can pretend to come from another one. */
mkl_end_t mkl_server_end(const char* name, unsigned client); /* NULL: there is none */
unsigned mkl_client(mkl_end_t end); /* connections to that name, in the YAML's order, from 0 */
const void* mkl_request(mkl_end_t end, size_t* size); /* the oldest one; NULL: none */
void mkl_reply(mkl_end_t end, const void* reply,
               size_t size); /* answers the oldest, and takes it */

/* ---- Faults of others ------------------------------------------------------------------- */

/* A component that others name as `fault:` has an end with the name of each of them. */
enum mkl_fault_kind {
    MKL_FAULTED_MEMORY = 1, /* address */
    MKL_FAULTED_CAP = 2,
    MKL_FAULTED_SYSCALL = 3,
    MKL_FAULTED_EXCEPTION = 4,
    MKL_FAULTED_OTHER = 5,
};
struct mkl_fault {
    mkl_end_t component; /* mkl_end_name: who faulted */
    unsigned kind;       /* enum mkl_fault_kind */
    uint64_t pc, detail; /* where; address, capability or number */
};
/* Blocks until one of them faults, or until some end is pending: then 0. Whoever faulted stands
 * still until it is resumed; the next call of mkl_wait_fault gives up the right to resume it. */
int mkl_wait_fault(struct mkl_fault* fault);
void mkl_resume_fault(void); /* it does again what it faulted at */

/* ---- Console ---------------------------------------------------------------------------- */

/* Text goes out by whole lines: what has no '\n' yet is kept. A line of more than MKL_LINE_MAX
 * bytes is cut. */
void mkl_print(const char* text);
/* %d %i %u %x %X %c %s %p %%, with -, 0, width, and the lengths h, l, ll, z. */
__attribute__((format(printf, 1, 2))) void mkl_printf(const char* format, ...);
__attribute__((format(printf, 3, 4))) int mkl_snprintf(char* out, size_t size, const char* format,
                                                       ...);
int mkl_vsnprintf(char* out, size_t size, const char* format, va_list args);

/* ---- Itself ----------------------------------------------------------------------------- */

const char* mkl_component_name(void);
const char* mkl_node_name(void);
void* mkl_heap(size_t* size); /* NULL and 0 unless the system description asks for one */
void mkl_yield(void);
__attribute__((noreturn)) void mkl_stop(void); /* never runs again */

#ifdef __cplusplus
}
#endif
#endif
