/* SPDX-License-Identifier: BSD-2-Clause */
#include "mkl/component.h"

void mkl_init(void) {
    const mkl_end_t out = mkl_end("out");
    for (uint64_t i = 1; i <= 1000; i++) mkl_queue_send(out, &i, sizeof i);
    const uint64_t end = 0;
    mkl_queue_send(out, &end, sizeof end);
    mkl_print("source: sent 1 to 1000\n");
}
