/* SPDX-License-Identifier: BSD-2-Clause */
#include "mkl/component.h"
#include "time.h"

static uint32_t ask(mkl_end_t time, uint32_t alarm_in) {
    const struct time_request request = {alarm_in};
    struct time_reply reply = {0};
    mkl_call(time, &request, sizeof request, &reply, sizeof reply);
    return reply.seconds;
}

void mkl_init(void) {
    const mkl_end_t time = mkl_end("time"), alarm = mkl_end("alarm");
    for (uint32_t i = 1; i <= 2; i++) {
        const uint32_t before = ask(time, 1);
        mkl_wait(alarm);
        const uint32_t passed = ask(time, 0) - before;
        mkl_printf("user: alarm %u came after %u s\n", i, passed);
        if (passed < 1 || passed > 2) {
            mkl_print("user: wrong: that was to be one second, two at most\n");
            return;
        }
    }
    mkl_print("user: done, 2 alarms\n");
}
