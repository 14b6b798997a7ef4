/* SPDX-License-Identifier: BSD-2-Clause */
/* A server that is a client, too: asks the next one, and passes the answer on. */
#include "calc.h"
#include "mkl/component.h"

static mkl_end_t next;

void mkl_init(void) {
    (void)mkl_end("calc");
    next = mkl_end("next");
}

void mkl_notified(mkl_end_t end) {
    const struct calc_request* request;
    size_t size;
    while ((request = mkl_request(end, &size)) != NULL) {
        const struct calc_request r = *(const volatile struct calc_request*)request;
        struct calc_reply reply = {0, 0, 0};
        if (size == sizeof r) mkl_call(next, &r, sizeof r, &reply, sizeof reply);
        mkl_reply(end, &reply, sizeof reply);
    }
}
