/* SPDX-License-Identifier: BSD-2-Clause */
/* Fills each message where it lies in the queue. */
#include "mkl/component.h"
#include "pattern.h"

void mkl_init(void) {
    const mkl_end_t out = mkl_end("out");
    uint64_t state = PATTERN_SEED, bytes = 0;
    for (uint32_t i = 0; i < MESSAGES; i++) {
        volatile uint64_t* words;
        while ((words = mkl_queue_room(out)) == NULL) mkl_wait(out);
        const size_t size = pattern_length(i, mkl_queue_max(out));
        for (size_t w = 0; w < size / 8; w++) words[w] = pattern_next(&state);
        mkl_queue_publish(out, size);
        bytes += size;
    }
    mkl_printf("producer: sent %u messages, %lu bytes\n", MESSAGES, bytes);
}
