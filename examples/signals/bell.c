/* SPDX-License-Identifier: BSD-2-Clause */
/* For each of its signals: raises a word, signals, again and again. What the listener sees last
 * must be what was written last. */
#include "mkl/component.h"
#include "signals.h"

void mkl_init(void) {
    volatile uint32_t* words = mkl_buffer("words", NULL);
    mkl_end_t out[MAX_SIGNALS];
    unsigned count = 0;
    for (; count < MAX_SIGNALS; count++) {
        char name[8];
        mkl_snprintf(name, sizeof name, "out%u", count);
        if ((out[count] = mkl_find_end(name)) == NULL) break;
    }
    for (uint32_t value = 1; value <= LAST; value++) {
        for (unsigned i = 0; i < count; i++) {
            words[i] = value;
            mkl_signal(out[i]);
        }
    }
}
