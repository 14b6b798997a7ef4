/* SPDX-License-Identifier: BSD-2-Clause */
#include "mkl/component.h"

void mkl_init(void) {
    volatile uint32_t* out = mkl_buffer("out", NULL);
    for (uint32_t i = 0; i < 16; i++) out[i] = i * i;
    mkl_signal(mkl_end("ready"));
    mkl_print("writer: sent 16 squares\n");
}
