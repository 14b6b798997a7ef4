// SPDX-License-Identifier: BSD-2-Clause
// Root task of the second node: counts in shared memory, and counts the signals it is sent. Where
// user level can wait for an interrupt it does so between two beats, else it beats when signalled.
#include "peer.hpp"

using namespace suite;

namespace {
mkl::rt::BootRecord record;
Heartbeat* heart;
}  // namespace

void suite::prepare() {
    if (own_record(record)) heart = map_heartbeat(record);
}

TEST(heartbeat, beats) {
    CHECK(heart);
    static Word n, h;
    n = make(object::notification);
    h = signal_handler(record, n);
    start(thread(
        [](Word) {
            for (;;) {
                wait(n);
                heart->answers = heart->answers + 1;
                if (!can_sleep) heart->beats = heart->beats + 1;
                invoke(h, label::irq_ack, caps());
            }
        },
        0, 200));
    set_own_priority(100);
    if (!can_sleep) wait(make(object::notification));
    for (;;) {
        heart->beats = heart->beats + 1;
        sleep_a_moment();
    }
}
