// SPDX-License-Identifier: BSD-2-Clause
// What the kernel does for the common operations, made countable: between two marks stands what is
// measured, and bench/kernel/measure.py counts the kernel's instructions between them in QEMU's
// execution log. No counter is read, as seL4 does not let user level do so; so the same ELF runs
// on seL4 16.0.0, release builds included. Prints through the console's own registers, since
// release kernels have no output: `bench NUMBER NAME` says what the marks of a number belong to.
#include "bench.hpp"

using namespace suite;

namespace {

Word ep, ntfn;
constexpr Word rounds = 12;

template <class F>
void measure(const char* what, F f) {
    const Marks m;
    for (Word i = 0; i < rounds; i++) {
        m.begin();
        f();
        m.end();
    }
    m.report(what);
}

/// A thread of priority 200 in another address space, which waits.
void partner(ThreadFunction f, Word argument = 0) {
    const Thread t = thread(f, argument, 200);
    invoke(t.tcb, label::tcb_set_space, caps(root, other_vspace(t)), 0, 0, 0);
    no_fpu(t.tcb);
    no_fpu(slot_tcb);
    start(t);
    let_run();
}

void round_trip(const char* what, Word length) {
    ep = make(object::endpoint);
    partner(
        [](Word n) {
            receive(ep);
            for (;;) syscall(sys::reply_recv, ep, message(0, n), 1, 2, 3, 4);
        },
        length);
    set_own_priority(200);
    measure(what, [&] { syscall(sys::call, ep, message(0, length), 1, 2, 3, 4); });
    set_own_priority(255);
}

/// From the mark before the call to the one that the woken thread passes.
Marks one_way_marks;
void one_way(const char* what, Word cap) {
    set_own_priority(100);
    for (Word i = 0; i < rounds; i++) {
        one_way_marks.begin();
        signal(cap);
    }
    set_own_priority(255);
    one_way_marks.report(what);
}

}  // namespace

void suite::prepare() { use_console(); }

TEST(bench, null_call) {
    const Word nothing = slot();
    measure("null-call", [&] { syscall(sys::nb_send, nothing); });
}
TEST(bench, round_trip_0) { round_trip("round-trip-0", 0); }
TEST(bench, round_trip_4) { round_trip("round-trip-4", 4); }
TEST(bench, round_trip_10) { round_trip("round-trip-10", 10); }

TEST(bench, signal) {
    ntfn = make(object::notification);
    measure("signal-nobody", [&] { signal(ntfn); });
    poll(ntfn);
    measure("poll-empty", [&] { poll(ntfn); });
    one_way_marks = {};
    partner([](Word) {
        for (;;) {
            wait(ntfn);
            one_way_marks.end();
        }
    });
    one_way("signal-wakes", ntfn);
    set_own_priority(100);
    measure("signal-cycle", [&] { signal(ntfn); });
    set_own_priority(255);
}

TEST(bench, sgi_to_oneself) {
    static Word handler;
    ntfn = make(object::notification);
    handler = slot();
    const Word c = slot();
    if (invoke(slot_irq_control, signal_label, caps(root), signal_id, 0, c, depth).error()) return;
    invoke(slot_irq_control, label::irq_issue_handler, caps(root), signal_irq, handler, depth);
    invoke(handler, label::irq_set_handler, caps(ntfn));
    measure("irq-ack", [&] { invoke(handler, label::irq_ack, caps()); });
    one_way_marks = {};
    partner([](Word) {
        for (;;) {
            wait(ntfn);
            one_way_marks.end();
            invoke(handler, label::irq_ack, caps());
        }
    });
    one_way("sgi-wakes", c);
}

TEST(bench, yield) {
    measure("yield-alone", [] { yield(); });
}

/// The first object of an untyped that the kernel made at boot and nobody has used: what it costs
/// must not depend on the untyped's size, which the name ends with.
TEST(bench, first_retype) {
    Word best = 0;
    for (Word i = 0; i < info->untyped.end - info->untyped.start; i++) {
        const auto& u = info->untyped_list[i];
        const auto& b = info->untyped_list[best];
        if (u.is_device || u.size_bits < 17 || u.size_bits >= test_untyped_bits) continue;
        if (b.size_bits < 17 || b.size_bits >= test_untyped_bits || b.is_device ||
            u.size_bits < b.size_bits) {
            best = i;
        }
    }
    const Word s = slot();
    const Marks m;
    m.begin();
    retype(info->untyped.start + best, object::endpoint, 0, s);
    m.end();
    say("bench ", m.number, " first-retype-bits-", uint32_t{info->untyped_list[best].size_bits},
        '\n');
}

TEST(bench, retype) {
    const Word s = slot(), ut = make(object::untyped, 20);
    const Marks m;
    m.begin();
    retype(ut, object::endpoint, 0, s);
    m.end();
    m.report("first-retype-1MiB");
    const Word table = slot(), frame = slot();
    const Marks t;
    t.begin();
    retype(ut, object::tcb, 0, table);
    t.end();
    t.report("retype-tcb");
    retype(ut, object::small_page, 0, frame);
    measure("page-map", [&] {
        invoke(frame, label::page_map, caps(slot_vspace), test_address, rights_all,
               default_attributes);
    });
    const Word to = slot();
    const Marks c;
    c.begin();
    copy_to(to, frame);
    c.end();
    c.report("cnode-copy");
    const Marks d;
    d.begin();
    remove(to);
    d.end();
    d.report("cnode-delete");
}
