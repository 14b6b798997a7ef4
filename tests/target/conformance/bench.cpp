// SPDX-License-Identifier: BSD-2-Clause
// Path lengths, in guest instructions: run under QEMU's `-icount shift=0,sleep=off`, where one
// instruction takes one nanosecond of the virtual counter. Averages over many rounds, so that the
// counter's 16 ns steps do not matter; each includes 4 to 9 instructions of user level.
#include "suite.hpp"

using namespace suite;

namespace {

Word ep, ntfn;
constexpr Word rounds = 2000;

Word now() {
    Word v;
    asm volatile("isb; mrs %0, cntvct_el0" : "=r"(v)::"memory");
    return v;
}
Word frequency() {
    Word v;
    asm volatile("mrs %0, cntfrq_el0" : "=r"(v));
    return v;
}
template <class F>
void measure(const char* what, F f) {
    for (int i = 0; i < 10; i++) f();
    const Word start = now();
    for (Word i = 0; i < rounds; i++) f();
    const Word ticks = now() - start;
    const Word tenths = ticks * (10'000'000'000 / frequency()) / rounds;
    say("bench ", what, ' ', tenths / 10, '.', tenths % 10, '\n');
}

/// The suite's own image in another address space, for a server there.
Word other_vspace(const Thread& t) {
    const Word v = make(object::vspace);
    invoke(slot_asid_pool, label::asid_pool_assign, caps(v));
    const auto map = [&](Word frame, Word address) {
        while (invoke(frame, label::page_map, caps(v), address, rights_all, default_attributes)
                   .error() == failed_lookup) {
            invoke(make(object::page_table), label::page_table_map, caps(v), address,
                   default_attributes);
        }
    };
    const Word pages = info->user_image_frames.end - info->user_image_frames.start;
    for (Word i = 0; i < pages; i++)
        map(copy(info->user_image_frames.start + i), image_base() + i * 0x1000);
    map(copy(t.frame), reinterpret_cast<Word>(t.block->ipc));
    return v;
}

void server(Word length) {
    receive(ep);
    for (;;) syscall(sys::reply_recv, ep, message(0, length), 1, 2, 3, 4);
}

void round_trip(const char* what, Word length) {
    ep = make(object::endpoint);
    const Thread t = thread(server, length, 200);
    const Word v = other_vspace(t);
    invoke(t.tcb, label::tcb_set_space, caps(root, v), 0, 0, 0);
    invoke(t.tcb, label::tcb_set_flags, caps(), 0, tcb_flag_fpu_disabled);
    start(t);
    let_run();
    set_own_priority(200);
    measure(what, [&] { syscall(sys::call, ep, message(0, length), 1, 2, 3, 4); });
    set_own_priority(255);
}

}  // namespace

TEST(bench, null_call) {
    const Word nothing = slot();
    measure("null-send", [&] { syscall(sys::nb_send, nothing); });
}
TEST(bench, round_trip_0) { round_trip("round-trip-0", 0); }
TEST(bench, round_trip_4) { round_trip("round-trip-4", 4); }
TEST(bench, signal) {
    ntfn = make(object::notification);
    measure("signal-nobody", [&] { signal(ntfn); });
    poll(ntfn);
    measure("poll-empty", [&] { poll(ntfn); });
    const Thread t = thread(
        [](Word) {
            for (;;) wait(ntfn);
        },
        0, 200);
    invoke(t.tcb, label::tcb_set_space, caps(root, other_vspace(t)), 0, 0, 0);
    start(t);
    let_run();
    set_own_priority(100);
    measure("signal-cycle", [&] { signal(ntfn); });
    set_own_priority(255);
}
TEST(bench, yield) {
    measure("yield-alone", [] { yield(); });
}
