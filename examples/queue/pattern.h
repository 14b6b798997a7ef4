/* SPDX-License-Identifier: BSD-2-Clause */
/* Bytes that both sides can make: xorshift64 (Marsaglia, 2003). */
#ifndef QUEUE_PATTERN_H
#define QUEUE_PATTERN_H

#include <stddef.h>
#include <stdint.h>

#define MESSAGES 64u
#define PATTERN_SEED 0x2545f4914f6cdd1dull

static inline uint64_t pattern_next(uint64_t* state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Lengths differ from message to message, whole words. */
static inline size_t pattern_length(uint32_t message, size_t max) {
    return (max - message % 8u * 64u) / 8u * 8u;
}

#endif
