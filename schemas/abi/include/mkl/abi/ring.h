/* SPDX-License-Identifier: BSD-2-Clause */
/* Byte ring with one writer and any number of readers that only read: a node's log, and a
 * component's console output. The writer never waits; a reader that falls behind by more than
 * `capacity` has lost bytes, can tell how many, and says so.
 *
 *   off   size  field      meaning                                            written by
 *   0x00  8     magic      "MKLRING1"                                         who makes the memory
 *   0x08  4     version    1                                                  who makes the memory
 *   0x0c  4     capacity   bytes at offset 0x40; ring occupies 0x40 + capacity
 *   0x10  8     written    bytes ever written; release store after the data   the writer
 *   0x40        data       byte n of the stream stands at data[n % capacity]
 *
 * A log ring has MKL_LOG_RING_SIZE bytes in all; loader and whoever makes a console ring zero it
 * and set magic, version and capacity. Text is UTF-8, lines end in \n; a line is published by one
 * store of `written`.
 */
#ifndef MKL_ABI_RING_H
#define MKL_ABI_RING_H

#include "mkl/abi/common.h"

#define MKL_RING_MAGIC 0x31474e49524c4b4dull /* "MKLRING1" */
#define MKL_RING_VERSION 1u
#define MKL_RING_DATA 0x40u
#define MKL_LOG_RING_SIZE 0x10000u    /* 64 KiB a node */
#define MKL_CONSOLE_RING_SIZE 0x1000u /* 4 KiB a component */
#define MKL_LINE_MAX 512u             /* longer lines are cut into pieces of this size */

struct mkl_ring {
    uint64_t magic;
    uint32_t version, capacity;
    uint64_t written;
    uint8_t reserved[0x28];
    uint8_t data[8]; /* capacity bytes in fact */
};
MKL_ABI_ASSERT(offsetof(struct mkl_ring, data) == MKL_RING_DATA, "data at 0x40");

#endif
