/* SPDX-License-Identifier: BSD-2-Clause */
/* What client and adder share: the buffer `d`. The client writes a and b and signals; the adder
 * writes sum and signals back. Each word is written by one side only. */
#ifndef ADDER_NUMBERS_H
#define ADDER_NUMBERS_H

#include <stdint.h>

struct numbers {
    uint32_t a, b; /* client */
    uint32_t sum;  /* adder */
};

#endif
