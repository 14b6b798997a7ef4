/* SPDX-License-Identifier: BSD-2-Clause */
/* Driver of Arm's real-time clock PrimeCell PL031. Registers: DDI 0224B, table 3-1. */
#include "mkl/component.h"
#include "time.h"

struct pl031 {
    uint32_t dr;   /* 0x00 data: seconds */
    uint32_t mr;   /* 0x04 match: interrupt when dr reaches it */
    uint32_t lr;   /* 0x08 load */
    uint32_t cr;   /* 0x0c control */
    uint32_t imsc; /* 0x10 interrupt mask set or clear */
    uint32_t ris;  /* 0x14 raw interrupt status */
    uint32_t mis;  /* 0x18 masked interrupt status */
    uint32_t icr;  /* 0x1c interrupt clear */
};
_Static_assert(offsetof(struct pl031, icr) == 0x1c, "interrupt clear at 0x1c");

static volatile struct pl031* rtc;
static mkl_end_t tick, alarm;

void mkl_init(void) {
    rtc = mkl_buffer("regs", NULL);
    tick = mkl_end("tick");
    alarm = mkl_end("alarm");
    rtc->icr = 1;
}

static void serve(mkl_end_t end) {
    const volatile struct time_request* request;
    while ((request = mkl_request(end, NULL)) != NULL) {
        const struct time_reply reply = {rtc->dr};
        const uint32_t alarm_in = request->alarm_in;
        if (alarm_in != 0) {
            const uint32_t at = reply.seconds + alarm_in;
            rtc->mr = at;
            rtc->imsc = 1;
            if (rtc->dr > at && rtc->ris == 0) { /* passed meanwhile: only equality matches */
                rtc->imsc = 0;
                mkl_signal(alarm);
            }
        }
        mkl_reply(end, &reply, sizeof reply);
    }
}

void mkl_notified(mkl_end_t end) {
    if (end != tick) {
        serve(end);
        return;
    }
    rtc->imsc = 0;
    rtc->icr = 1; /* before it is acknowledged: the line is level triggered */
    mkl_signal(alarm);
}
