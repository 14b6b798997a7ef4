/* SPDX-License-Identifier: BSD-2-Clause */
#include "mkl/component.h"

void mkl_init(void) {
    const mkl_end_t in = mkl_end("in");
    uint64_t value, count = 0, wrong = 0;
    for (;;) {
        mkl_queue_receive(in, &value, sizeof value);
        if (value == 0) break;
        count++;
        if (value != count * 4) wrong++;
    }
    if (wrong != 0)
        mkl_printf("sink: %lu of %lu wrong\n", wrong, count);
    else
        mkl_printf("sink: done, %lu results correct\n", count);
}
