/* SPDX-License-Identifier: BSD-2-Clause */
/* Keeps every worker that the system description gives it busy, and adds up what they find. */
#include "mkl/component.h"

#define MAX_WORKERS 8u
#define JOBS 100u
#define NUMBERS 1000u
#define PRIMES_BELOW_100000 9592u /* OEIS A006880 */

struct job {
    uint32_t first, count;
};

void mkl_init(void) {
    mkl_end_t workers[MAX_WORKERS];
    uint32_t done_by[MAX_WORKERS] = {0}, under_way[MAX_WORKERS] = {0};
    unsigned count = 0;
    for (; count < MAX_WORKERS; count++) {
        char name[16];
        mkl_snprintf(name, sizeof name, "worker%u", count);
        if ((workers[count] = mkl_find_end(name)) == NULL) break;
    }
    uint32_t begun = 0, finished = 0, total = 0;
    while (finished < JOBS) {
        for (unsigned i = 0; i < count; i++) {
            const struct job job = {begun * NUMBERS, NUMBERS};
            if (begun < JOBS && mkl_call_begin(workers[i], &job, sizeof job)) {
                begun++;
                under_way[i]++;
            }
        }
        for (unsigned i = 0; i < count; i++) {
            if (under_way[i] == 0) continue;
            uint32_t found;
            mkl_call_finish(workers[i], &found, sizeof found);
            total += found;
            under_way[i]--;
            done_by[i]++;
            finished++;
        }
    }
    for (unsigned i = 0; i < count; i++)
        mkl_printf("master: worker%u did %u jobs\n", i, done_by[i]);
    mkl_printf("master: %s, %u primes below %u\n", total == PRIMES_BELOW_100000 ? "done" : "wrong",
               total, JOBS * NUMBERS);
}
