/* SPDX-License-Identifier: BSD-2-Clause */
/* A calculator with several clients. It knows a client by the end its request came in on. */
#include "calc.h"
#include "mkl/component.h"

#define MAX_CLIENTS 8u

static uint32_t calls[MAX_CLIENTS];

void mkl_init(void) { (void)mkl_end("calc"); }

void mkl_notified(mkl_end_t end) {
    const unsigned client = mkl_client(end);
    const struct calc_request* request;
    size_t size;
    while ((request = mkl_request(end, &size)) != NULL) {
        /* One copy: the client can still write while we look. */
        const struct calc_request r = *(const volatile struct calc_request*)request;
        struct calc_reply reply = {0, client, 0};
        if (size == sizeof r && client < MAX_CLIENTS) {
            reply.result = r.operation == CALC_ADD ? r.a + r.b : r.a * r.b;
            reply.calls = ++calls[client];
        }
        mkl_reply(end, &reply, sizeof reply);
    }
}
