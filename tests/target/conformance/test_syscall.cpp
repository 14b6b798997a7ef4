// SPDX-License-Identifier: BSD-2-Clause
// System calls leave alone every register that is not part of their protocol, whether they
// succeed, fail, block or are interrupted.
#include "suite.hpp"

using namespace suite;

namespace {

/// suite_keeps() loads every other register with a value of its own, makes the call, and returns
/// how many of them differ afterwards.
Word lost(int64_t number, Word cap = 0, Word info_word = 0) {
    return suite_keeps(number, cap, info_word);
}

Word ep, ntfn;
volatile Word got;
void setup() {
    ep = make(object::endpoint);
    ntfn = make(object::notification);
    got = 0;
}
/// Answers `n` calls, or only receives.
void server(Word n) {
    receive(ep);
    for (Word i = 0; i < n; i++) syscall(sys::reply_recv, ep, message(0, 0));
}

}  // namespace

TEST(syscall, send) {
    setup();
    start(thread(server, 0, 100));
    CHECK_EQ(lost(sys::send, ep), 0);
}
TEST(syscall, nb_send) {
    setup();
    CHECK_EQ(lost(sys::nb_send, ep), 0);
}
TEST(syscall, nb_send_to_nothing) { CHECK_EQ(lost(sys::nb_send, slot()), 0); }
TEST(syscall, call) {
    setup();
    start(thread(server, 1, 100));
    CHECK_EQ(lost(sys::call, ep), 0);
}
TEST(syscall, call_of_a_waiting_server) {
    setup();
    start(thread(server, 1, 255));
    let_run();
    CHECK_EQ(lost(sys::call, ep), 0);
}
TEST(syscall, invocation) {
    setup();
    CHECK_EQ(lost(sys::call, thread(server).tcb, message(label::tcb_suspend, 0)), 0);
}
TEST(syscall, failing_invocation) {
    CHECK_EQ(lost(sys::call, slot_tcb, message(label::page_table_unmap, 0)), 0);
}
TEST(syscall, recv) {
    setup();
    signal(ntfn);
    CHECK_EQ(lost(sys::recv, ntfn), 0);
}
TEST(syscall, recv_that_blocks) {
    setup();
    start(thread([](Word) { signal(ntfn); }, 0, 100));
    CHECK_EQ(lost(sys::recv, ntfn), 0);
}
TEST(syscall, nb_recv) {
    setup();
    CHECK_EQ(lost(sys::nb_recv, ntfn), 0);
}
TEST(syscall, reply_to_nobody) { CHECK_EQ(lost(sys::reply), 0); }
TEST(syscall, reply_recv) {
    setup();
    start(thread(
        [](Word) {
            call(ep);
            got = 1;
            syscall(sys::send, ep);
        },
        0, 100));
    receive(ep);
    CHECK_EQ(lost(sys::reply_recv, ep), 0);
    CHECK_EQ(got, 1);
}
TEST(syscall, yield) {
    setup();
    start(thread([](Word) { got = 1; }, 0, max_priority));
    CHECK_EQ(lost(sys::yield), 0);
    CHECK_EQ(got, 1);
}
TEST(syscall, identify) { CHECK_EQ(lost(sys::debug_cap_identify, slot_tcb), 0); }
TEST(syscall, debug_calls_go_on) {
    // The name stands where a message does.
    __builtin_memcpy(ipc()->msg, "suite", sizeof "suite");
    syscall(sys::debug_name_thread, slot_tcb);
    syscall(sys::debug_dump_scheduler);
    syscall(sys::debug_put_char, '\n');
    CHECK_EQ(identify(slot_tcb), tag_thread);
    CHECK_EQ(identify(slot()), tag_null);
}

TEST(syscall, interrupted_many_times) {
    setup();
    // Two threads that compare all the time, long enough for many ticks.
    static volatile Word bad;
    static Word quiet;
    bad = 0;
    quiet = make(object::notification);
    const auto check = [](Word) {
        for (int i = 0; i < 20000; i++) bad = bad + suite_keeps(sys::nb_recv, quiet, 0);
        signal(ntfn);
    };
    start(thread(check, 0, 100));
    start(thread(check, 0, 100));
    wait(ntfn);
    wait(ntfn);
    CHECK_EQ(bad, 0);
}
