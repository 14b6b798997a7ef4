// SPDX-License-Identifier: BSD-2-Clause
// Scheduling domains. A kernel with one domain passes what needs two without trying.
#include "suite.hpp"

using namespace suite;

namespace {

volatile Word ran[4];
void spin(Word i) {
    for (;;) ran[i] = ran[i] + 1;
}
Word configure(Word index, Word domain, Word ticks) {
    return invoke(slot_domain, label::domain_schedule_configure, caps(), index, domain, ticks)
        .error();
}
Word schedule_from(Word index) {
    return invoke(slot_domain, label::domain_schedule_set_start, caps(), index).error();
}
Word assign(const Thread& t, Word domain) {
    return invoke(slot_domain, label::domain_set_set, caps(t.tcb), domain).error();
}
/// Two domains that take turns, as long as the object lives.
struct TwoDomains {
    bool possible;
    TwoDomains() {
        for (auto& r : ran) r = 0;
        possible = assign(thread(spin, 3), 1) == no_error;
        if (!possible) return;
        say("    two domains\n");
        configure(0, 0, 3);
        configure(1, 1, 3);
        configure(2, 0, 0);
    }
    ~TwoDomains() {
        if (!possible) return;
        schedule_from(0);
        configure(1, 0, 0);
        configure(0, 0, 1);
        schedule_from(0);
    }
};

}  // namespace

TEST(domain, schedule_arguments) {
    const Result r = invoke(slot_domain, label::domain_schedule_configure, caps(), 0, 255, 1);
    CHECK_EQ(r.error(), range_error);
    CHECK_EQ(r.mr[0], 0);
    CHECK_EQ(invoke(slot_domain, label::domain_schedule_configure, caps(), 0, 0).error(),
             truncated_message);
    CHECK_EQ(invoke(slot_domain, label::domain_schedule_set_start, caps()).error(),
             truncated_message);
    CHECK_EQ(configure(Word{1} << 40, 0, 1), range_error);
    CHECK_EQ(schedule_from(Word{1} << 40), range_error);
}

TEST(domain, each_gets_its_time) {
    const TwoDomains two;
    if (!two.possible) return;
    const Thread mine = thread(spin, 0, 50), foreign = thread(spin, 1, 50);
    CHECK_EQ(assign(foreign, 1), no_error);
    start(mine);
    start(foreign);
    CHECK_EQ(schedule_from(0), no_error);
    set_own_priority(50);
    while (ran[0] < 1000 || ran[1] < 1000) yield();
    set_own_priority(max_priority);
}

TEST(domain, priority_does_not_cross) {
    const TwoDomains two;
    if (!two.possible) return;
    // This thread never gives up the processor, and is of the highest priority.
    const Thread foreign = thread(spin, 1, 1);
    CHECK_EQ(assign(foreign, 1), no_error);
    start(foreign);
    CHECK_EQ(schedule_from(0), no_error);
    while (ran[1] < 1000) {}
    // The other domain's thread has no other's time.
    CHECK_EQ(schedule_from(0), no_error);
    CHECK_EQ(configure(1, 0, 0), no_error);
    const Word before = ran[1];
    for (int i = 0; i < 20; i++) yield();
    CHECK_EQ(ran[1], before);
}

TEST(domain, a_message_wakes_across) {
    const TwoDomains two;
    if (!two.possible) return;
    static Word there, back;
    there = make(object::notification), back = make(object::notification);
    const Thread foreign = thread(
        [](Word) {
            for (;;) {
                wait(there);
                ran[1] = ran[1] + 1;
                signal(back);
            }
        },
        0, 200);
    CHECK_EQ(assign(foreign, 1), no_error);
    start(foreign);
    CHECK_EQ(schedule_from(0), no_error);
    for (Word i = 1; i <= 5; i++) {
        signal(there);
        wait(back);
        CHECK_EQ(ran[1], i);
    }
}

TEST(domain, moved_thread_runs_where_it_is) {
    const TwoDomains two;
    if (!two.possible) return;
    const Thread t = thread(spin, 1, 200);
    start(t);
    CHECK_EQ(assign(t, 1), no_error);
    CHECK_EQ(configure(0, 0, 3), no_error);
    CHECK_EQ(schedule_from(0), no_error);
    while (ran[1] < 1000) {}
    CHECK_EQ(assign(t, 0), no_error);
    const Word before = ran[1];
    set_own_priority(200);
    while (ran[1] == before) yield();
    set_own_priority(max_priority);
}
