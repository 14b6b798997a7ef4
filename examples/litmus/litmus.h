/* SPDX-License-Identifier: BSD-2-Clause */
/* One round: both sides meet at `round`, do their half, leave what they saw, meet again. Words
 * stand in cache lines of their own. Names of the tests: Alglave, Maranget, Tautschnig, "Herding
 * cats" (2014): SB store buffering, MP message passing. */
#ifndef LITMUS_H
#define LITMUS_H

#include "mkl/component.h"

#define ROUNDS 20000u
#define LINE 64u

struct word {
    uint32_t value;
    uint8_t pad[LINE - 4];
};
struct litmus {
    struct word meet[2]; /* rounds each side has reached */
    struct word x, y;
    struct word saw; /* what the right side read */
};

static inline void store(struct word* w, uint32_t v) {
    __atomic_store_n(&w->value, v, __ATOMIC_RELAXED);
}
static inline uint32_t load(struct word* w) { return __atomic_load_n(&w->value, __ATOMIC_RELAXED); }
static inline void fence(void) { __atomic_thread_fence(__ATOMIC_SEQ_CST); }

/* Both sides are here for the `count`th time, and see what the other did before. */
static inline void meet(struct litmus* m, int side, uint32_t count) {
    fence();
    store(&m->meet[side], count);
    while (load(&m->meet[1 - side]) < count) {}
    fence();
}

#endif
