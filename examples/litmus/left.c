/* SPDX-License-Identifier: BSD-2-Clause */
/* SB: x = 1; fence; read y.   MP: x = data; fence; y = 1. Counts what must never be seen. */
#include "litmus.h"

void mkl_init(void) {
    struct litmus* m = (struct litmus*)mkl_buffer("memory", NULL);
    uint32_t turn = 0, both_zero = 0, stale = 0;
    for (uint32_t i = 0; i < ROUNDS; i++) {
        store(&m->x, 0);
        store(&m->y, 0);
        meet(m, 0, ++turn);
        store(&m->x, 1);
        fence();
        const uint32_t y = load(&m->y);
        meet(m, 0, ++turn);
        if (y == 0 && load(&m->saw) == 0) both_zero++;
        meet(m, 0, ++turn);
    }
    for (uint32_t i = 0; i < ROUNDS; i++) {
        store(&m->x, 0);
        store(&m->y, 0);
        meet(m, 0, ++turn);
        store(&m->x, i + 1);
        fence();
        store(&m->y, 1);
        meet(m, 0, ++turn);
        if (load(&m->saw) != i + 1) stale++;
        meet(m, 0, ++turn);
    }
    if (both_zero != 0 || stale != 0)
        mkl_printf("litmus: forbidden results: SB %u, MP %u of %u\n", both_zero, stale, ROUNDS);
    else
        mkl_printf("litmus: done, no forbidden result in %u rounds each of SB and MP\n", ROUNDS);
}
