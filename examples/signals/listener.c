/* SPDX-License-Identifier: BSD-2-Clause */
/* Sleeps until it is signalled; reads the word that belongs to the signal. Signals merge, so it
 * does not see every value, but never an older one, and never sleeps on one that it has not seen.
 */
#include "mkl/component.h"
#include "signals.h"

static volatile uint32_t* words[SENDERS];
static mkl_end_t ends[SENDERS][MAX_SIGNALS];
static uint32_t seen[SENDERS][MAX_SIGNALS];
static unsigned edges, finished, backwards;
static uint64_t wake_ups;

void mkl_init(void) {
    for (unsigned s = 0; s < SENDERS; s++) {
        char name[16];
        mkl_snprintf(name, sizeof name, "words%u", s + 1);
        words[s] = mkl_buffer(name, NULL);
        for (unsigned i = 0; i < MAX_SIGNALS; i++) {
            mkl_snprintf(name, sizeof name, "in%u-%u", s + 1, i);
            if ((ends[s][i] = mkl_find_end(name)) != NULL) edges++;
        }
    }
}

static void look(unsigned s, unsigned i) {
    const uint32_t value = words[s][i];
    wake_ups++;
    if (value < seen[s][i]) {
        backwards++;
        mkl_printf("listener: %u-%u went back to %u\n", s + 1, i, value);
    }
    if (value == LAST && seen[s][i] != LAST) finished++;
    seen[s][i] = value;
}

void mkl_notified(mkl_end_t end) {
    const unsigned before = finished;
    for (unsigned s = 0; s < SENDERS; s++)
        for (unsigned i = 0; i < MAX_SIGNALS; i++)
            if (ends[s][i] == end) look(s, i);
    if (finished == edges && before != edges && backwards == 0)
        mkl_printf("listener: done, last value of %u signals seen in %lu wake-ups\n", edges,
                   wake_ups);
}
