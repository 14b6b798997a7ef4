/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RTC_TIME_H
#define RTC_TIME_H

#include <stdint.h>

/* A request is how many seconds from now the alarm shall come, 0: none. The reply is the time. */
struct time_request {
    uint32_t alarm_in;
};
struct time_reply {
    uint32_t seconds;
};

#endif
