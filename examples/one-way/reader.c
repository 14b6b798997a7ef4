/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads, then tries to write: that is the end of it, and its node says so. */
#include "mkl/component.h"

void mkl_init(void) {
    volatile uint32_t* in = mkl_buffer("in", NULL);
    mkl_wait(mkl_end("ready"));
    uint32_t sum = 0;
    for (uint32_t i = 0; i < 16; i++) sum += in[i];
    mkl_printf("reader: sum of squares %u\n", sum);
    in[0] = 1;
    mkl_print("reader: wrote into a buffer that is not mine\n");
}
