/* SPDX-License-Identifier: BSD-2-Clause */
/* Doubles each number; runs twice in the system, under two names. */
#include "mkl/component.h"

void mkl_init(void) {
    const mkl_end_t in = mkl_end("in"), out = mkl_end("out");
    uint64_t value;
    do {
        mkl_queue_receive(in, &value, sizeof value);
        const uint64_t result = value * 2;
        mkl_queue_send(out, &result, sizeof result);
    } while (value != 0);
    mkl_printf("%s: done on %s\n", mkl_component_name(), mkl_node_name());
}
