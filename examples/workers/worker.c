/* SPDX-License-Identifier: BSD-2-Clause */
/* Counts the primes in [first, first + count). */
#include "mkl/component.h"

struct job {
    uint32_t first, count;
};

static uint32_t primes(struct job job) {
    uint32_t found = 0;
    for (uint32_t n = job.first; n < job.first + job.count; n++) {
        uint32_t divisor = 2;
        while (divisor * divisor <= n && n % divisor != 0) divisor++;
        if (n >= 2 && divisor * divisor > n) found++;
    }
    return found;
}

void mkl_init(void) { (void)mkl_end("jobs"); }

void mkl_notified(mkl_end_t jobs) {
    const volatile struct job* job;
    while ((job = mkl_request(jobs, NULL)) != NULL) {
        const uint32_t found = primes((struct job){job->first, job->count});
        mkl_reply(jobs, &found, sizeof found);
    }
}
