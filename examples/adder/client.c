/* SPDX-License-Identifier: BSD-2-Clause */
/* Asks the adder for sums and checks each of them. Keeps its thread: waits for each answer. */
#include "mkl/component.h"
#include "numbers.h"

#define ROUNDS 100u
#define SHOWN 10u /* of these the answer is printed */

void mkl_init(void) {
    volatile struct numbers* d = mkl_buffer("d", NULL);
    const mkl_end_t request = mkl_end("irq2"), answer = mkl_end("irq");
    uint32_t a = 2, b = 3;

    for (uint32_t i = 0; i < ROUNDS; i++) {
        d->a = a;
        __atomic_store_n(&d->b, b, __ATOMIC_RELEASE); /* last: whoever sees it sees `a` */
        mkl_signal(request);
        mkl_wait(answer);
        const uint32_t sum = d->sum;
        if (sum != a + b) {
            mkl_printf("client: wrong: %u + %u = %u\n", a, b, sum);
            return;
        }
        if (i < SHOWN) mkl_printf("client: %u + %u = %u\n", a, b, sum);
        a = b;
        b = sum;
    }
    mkl_printf("client: done, %u sums correct\n", ROUNDS);
}
