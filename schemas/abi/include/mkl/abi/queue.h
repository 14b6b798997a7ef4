/* SPDX-License-Identifier: BSD-2-Clause */
/* Queue in shared memory: one writer, one reader, `depth` messages of up to `message_max` bytes.
 * Both sides know depth and message_max from their startup pages and trust neither from here.
 * All zero is an empty queue. A `queue` connection is one queue; an `rpc` connection is two, the
 * requests first, the replies mkl_queue_bytes() behind them.
 *
 *   off                size  field     meaning                              written by
 *   0x00               8     written   messages ever put in                 writer, release
 *   0x40               8     taken     messages ever taken out              reader, release
 *   0x80 + i * stride  8     length    of message number n, n % depth = i   writer
 *   ... + 8                  data      message_max bytes, 8-byte aligned    writer
 *
 * 0 <= written - taken <= depth; a side that sees anything else treats the queue as broken.
 * Counters are 64-bit and never wrap. No read-modify-write access and none that is not naturally
 * aligned: on some kernels the memory is device memory.
 */
#ifndef MKL_ABI_QUEUE_H
#define MKL_ABI_QUEUE_H

#include "mkl/abi/common.h"

struct mkl_queue {
    uint64_t written;
    uint8_t reserved0[0x38]; /* the two counters in cache lines of their own */
    uint64_t taken;
    uint8_t reserved1[0x38];
};
MKL_ABI_ASSERT(offsetof(struct mkl_queue, taken) == 0x40, "taken at 0x40");
MKL_ABI_ASSERT(sizeof(struct mkl_queue) == 0x80, "queue header is 0x80 bytes");

#define MKL_QUEUE_LENGTH_SIZE 8u
#define MKL_QUEUE_MAX_DEPTH 0x10000u
#define MKL_QUEUE_MAX_MESSAGE 0x40000000u /* 1 GiB */

/* Bytes from one message to the next. */
static inline uint64_t mkl_queue_stride(uint64_t message_max) {
    return MKL_QUEUE_LENGTH_SIZE + ((message_max + 7u) & ~7ull);
}

/* Memory of one queue, a multiple of 64. */
static inline uint64_t mkl_queue_bytes(uint64_t depth, uint64_t message_max) {
    return (sizeof(struct mkl_queue) + depth * mkl_queue_stride(message_max) + 63u) & ~63ull;
}

#endif
