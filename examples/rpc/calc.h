/* SPDX-License-Identifier: BSD-2-Clause */
/* The calculator's protocol. `claim` is what a client says of itself: the server must not care. */
#ifndef RPC_CALC_H
#define RPC_CALC_H

#include <stdint.h>

enum { CALC_ADD, CALC_MULTIPLY };

struct calc_request {
    uint32_t operation, claim;
    uint64_t a, b;
};
struct calc_reply {
    uint64_t result;
    uint32_t client; /* who the server takes the caller for */
    uint32_t calls;  /* of this client so far, this one included */
};

#endif
