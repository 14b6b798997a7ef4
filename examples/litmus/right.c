/* SPDX-License-Identifier: BSD-2-Clause */
/* SB: y = 1; fence; read x.   MP: wait for y; fence; read x. */
#include "litmus.h"

void mkl_init(void) {
    struct litmus* m = (struct litmus*)mkl_buffer("memory", NULL);
    uint32_t turn = 0;
    for (uint32_t i = 0; i < ROUNDS; i++) {
        meet(m, 1, ++turn);
        store(&m->y, 1);
        fence();
        store(&m->saw, load(&m->x));
        meet(m, 1, ++turn);
        meet(m, 1, ++turn);
    }
    for (uint32_t i = 0; i < ROUNDS; i++) {
        meet(m, 1, ++turn);
        while (load(&m->y) == 0) {}
        fence();
        store(&m->saw, load(&m->x));
        meet(m, 1, ++turn);
        meet(m, 1, ++turn);
    }
}
