/* SPDX-License-Identifier: BSD-2-Clause */
/* Compares each message with what it must be, in place. */
#include "mkl/component.h"
#include "pattern.h"

static uint32_t received, wrong;
static uint64_t state = PATTERN_SEED, sum, bytes;

void mkl_init(void) { (void)mkl_end("in"); }

void mkl_notified(mkl_end_t in) {
    const volatile uint64_t* words;
    size_t size;
    while ((words = mkl_queue_front(in, &size)) != NULL) {
        if (size != pattern_length(received, mkl_queue_max(in))) wrong++;
        for (size_t w = 0; w < size / 8; w++) {
            const uint64_t word = words[w];
            if (word != pattern_next(&state)) wrong++;
            sum += word;
        }
        bytes += size;
        mkl_queue_release(in);
        if (++received != MESSAGES) continue;
        if (wrong != 0)
            mkl_printf("consumer: %u wrong\n", wrong);
        else
            mkl_printf("consumer: done, %lu bytes correct, checksum 0x%lx\n", bytes, sum);
    }
}
