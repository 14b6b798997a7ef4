/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls one at a time, then as many at once as the connection allows, and always claims to be
 * client 0. Checks each answer, and that the server never believed the claim. */
#include "calc.h"
#include "mkl/component.h"

#define CALLS 500u

static uint32_t me = ~0u, answered, wrong;

static struct calc_request request_of(uint32_t i) {
    const struct calc_request r = {i % 2 != 0 ? CALC_MULTIPLY : CALC_ADD, 0, i, 7};
    return r;
}

static void check(uint32_t i, const struct calc_reply* reply, size_t size) {
    if (me == ~0u) me = reply->client;
    answered++;
    if (size != sizeof *reply || reply->client != me || reply->calls != answered ||
        reply->result != (i % 2 != 0 ? (uint64_t)i * 7 : (uint64_t)i + 7))
        wrong++;
}

void mkl_init(void) {
    const mkl_end_t calc = mkl_end("calc");
    struct calc_reply reply;

    for (uint32_t i = 0; i < CALLS; i++) {
        const struct calc_request r = request_of(i);
        const size_t size = mkl_call(calc, &r, sizeof r, &reply, sizeof reply);
        check(i, &reply, size);
    }
    uint32_t begun = 0, finished = 0;
    while (finished < CALLS) {
        const struct calc_request r = request_of(begun);
        if (begun < CALLS && mkl_call_begin(calc, &r, sizeof r)) {
            begun++;
            continue;
        }
        const size_t size = mkl_call_finish(calc, &reply, sizeof reply);
        check(finished++, &reply, size);
    }
    if (wrong != 0) {
        mkl_printf("%s: %u of %u calls wrong\n", mkl_component_name(), wrong, answered);
    } else {
        mkl_printf("%s: done, %u calls correct as client %u\n", mkl_component_name(), answered, me);
    }
}
