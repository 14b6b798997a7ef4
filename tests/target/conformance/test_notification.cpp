// SPDX-License-Identifier: BSD-2-Clause
// Notifications: signals, merging, waiting, binding.
#include "suite.hpp"

using namespace suite;

namespace {
Word ntfn, ep;
volatile Word seen[8];

void wait_once(Word index) {
    seen[index] = wait(ntfn);
    seen[index] = seen[index] | Word{1} << 63;
}
void setup() {
    ntfn = make(object::notification);
    ep = make(object::endpoint);
    for (auto& s : seen) s = 0;
}
}  // namespace

TEST(notification, signal_then_wait) {
    setup();
    const Word b = mint(ntfn, 0x10);
    signal(b);
    CHECK_EQ(wait(ntfn), 0x10);
    CHECK_EQ(poll(ntfn), 0);
}

TEST(notification, badges_merge) {
    setup();
    signal(mint(ntfn, 1));
    signal(mint(ntfn, 4));
    signal(mint(ntfn, 4));
    CHECK_EQ(poll(ntfn), 5);
    CHECK_EQ(poll(ntfn), 0);
}

TEST(notification, unbadged_is_like_nothing) {
    setup();
    signal(ntfn);
    CHECK_EQ(poll(ntfn), 0);
}

TEST(notification, wakes_in_order) {
    setup();
    for (Word i = 0; i < 3; i++) {
        start(thread(wait_once, i, 200));
        let_run();
    }
    signal(mint(ntfn, 7));
    let_run();
    CHECK_EQ(seen[0] & 0xff, 7);
    CHECK_EQ(seen[1], 0);
    signal(mint(ntfn, 8));
    let_run();
    CHECK_EQ(seen[1] & 0xff, 8);
    CHECK_EQ(seen[2], 0);
}

TEST(notification, rights) {
    setup();
    const Word read_only = copy(ntfn, can_read), write_only = copy(ntfn, can_write);
    CHECK_EQ(call(read_only).error(), invalid_capability);
    const Word fault_ep = make(object::endpoint);
    static Word cap;
    cap = write_only;
    start(thread([](Word) { wait(cap); }, 0, 200, fault_ep));
    let_run();
    CHECK_EQ(syscall(sys::nb_recv, fault_ep).info.label(), abi::fault::cap_fault);
    signal(write_only);
    CHECK_EQ(call(mint(ntfn, 2), 55).error(), no_error);
    CHECK_EQ(poll(read_only), 2);
}

TEST(notification, deletion_restarts_waiters) {
    setup();
    const Word fault_ep = make(object::endpoint);
    start(thread(wait_once, 0, 200, fault_ep));
    let_run();
    CHECK_EQ(remove(ntfn), no_error);
    let_run();
    const Result r = syscall(sys::nb_recv, fault_ep);
    CHECK_EQ(r.info.label(), abi::fault::cap_fault);
    CHECK_EQ(r.mr[2], 1);
}

TEST(bind, signal_reaches_endpoint_receiver) {
    setup();
    const Thread t = thread(
        [](Word) {
            for (int i = 0; i < 2; i++) {
                const Result r = receive(ep);
                seen[i] = r.badge;
            }
        },
        0, 200);
    CHECK_EQ(invoke(t.tcb, label::tcb_bind_notification, caps(ntfn)).error(), no_error);
    start(t);
    let_run();
    signal(mint(ntfn, 0x40));
    let_run();
    CHECK_EQ(seen[0], 0x40);
    syscall(sys::send, mint(ep, 0x80), message(0, 0));
    let_run();
    CHECK_EQ(seen[1], 0x80);
}

TEST(bind, pending_signal_comes_first) {
    setup();
    CHECK_EQ(invoke(slot_tcb, label::tcb_bind_notification, caps(ntfn)).error(), no_error);
    start(thread([](Word b) { syscall(sys::send, b, message(0, 0)); }, mint(ep, 3), 200));
    signal(mint(ntfn, 0x100));
    let_run();
    CHECK_EQ(receive(ep).badge, 0x100);
    CHECK_EQ(receive(ep).badge, 3);
    CHECK_EQ(invoke(slot_tcb, label::tcb_unbind_notification, caps()).error(), no_error);
}

TEST(bind, only_once) {
    setup();
    const Word other = make(object::notification);
    const Thread a = thread(wait_once), b = thread(wait_once);
    CHECK_EQ(invoke(a.tcb, label::tcb_bind_notification, caps(ntfn)).error(), no_error);
    CHECK_EQ(invoke(a.tcb, label::tcb_bind_notification, caps(other)).error(), illegal_operation);
    CHECK_EQ(invoke(b.tcb, label::tcb_bind_notification, caps(ntfn)).error(), illegal_operation);
    CHECK_EQ(invoke(a.tcb, label::tcb_unbind_notification, caps()).error(), no_error);
    CHECK_EQ(invoke(a.tcb, label::tcb_unbind_notification, caps()).error(), illegal_operation);
    CHECK_EQ(invoke(b.tcb, label::tcb_bind_notification, caps(ntfn)).error(), no_error);
    CHECK_EQ(invoke(b.tcb, label::tcb_bind_notification, caps()).error(), truncated_message);
    CHECK_EQ(invoke(a.tcb, label::tcb_bind_notification, caps(ep)).error(), illegal_operation);
    CHECK_EQ(invoke(a.tcb, label::tcb_bind_notification, caps(copy(other, can_write))).error(),
             illegal_operation);
}

TEST(bind, bound_one_cannot_be_waited_on_by_others) {
    setup();
    const Word fault_ep = make(object::endpoint);
    CHECK_EQ(invoke(slot_tcb, label::tcb_bind_notification, caps(ntfn)).error(), no_error);
    start(thread(wait_once, 0, 200, fault_ep));
    let_run();
    CHECK_EQ(syscall(sys::nb_recv, fault_ep).info.label(), abi::fault::cap_fault);
    signal(mint(ntfn, 2));
    CHECK_EQ(wait(ntfn), 2);
    CHECK_EQ(invoke(slot_tcb, label::tcb_unbind_notification, caps()).error(), no_error);
}

TEST(bind, deletion_of_either_side) {
    setup();
    const Thread t = thread(wait_once);
    CHECK_EQ(invoke(t.tcb, label::tcb_bind_notification, caps(ntfn)).error(), no_error);
    CHECK_EQ(remove(ntfn), no_error);
    CHECK_EQ(invoke(t.tcb, label::tcb_unbind_notification, caps()).error(), illegal_operation);
    const Word n = make(object::notification);
    CHECK_EQ(invoke(t.tcb, label::tcb_bind_notification, caps(n)).error(), no_error);
    CHECK_EQ(remove(t.tcb), no_error);
    const Thread u = thread(wait_once);
    CHECK_EQ(invoke(u.tcb, label::tcb_bind_notification, caps(n)).error(), no_error);
}
