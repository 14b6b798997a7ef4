// SPDX-License-Identifier: BSD-2-Clause
// TCB operations and scheduling.
#include "suite.hpp"

using namespace suite;

namespace {
volatile Word seen[260];
Word ntfn;
void setup() {
    ntfn = make(object::notification);
    for (auto& s : seen) s = 0;
}
void count(Word i) { seen[i] = seen[i] + 1; }
void spin_once(Word i) {
    for (;;) seen[i] = seen[i] + 1;
}
void order(Word i) {
    seen[100 + seen[0]] = i;
    seen[0] = seen[0] + 1;
}
}  // namespace

TEST(tcb, write_and_read_registers) {
    setup();
    const Thread t = thread(count, 1);
    constexpr unsigned words = sizeof(abi::UserContext) / sizeof(Word);
    for (unsigned i = 4; i < words + 2; i++) ipc()->msg[i] = 0x1000 + i;
    Result r = syscall(sys::call, t.tcb, message(label::tcb_write_registers, words + 2), 0, words,
                       0x1002, 0x1003);
    CHECK_EQ(r.error(), no_error);
    r = invoke(t.tcb, label::tcb_read_registers, caps(), 0, words);
    CHECK_EQ(r.error(), no_error);
    CHECK_EQ(r.info.length(), words);
    CHECK_EQ(r.mr[0], 0x1002);
    CHECK_EQ(r.mr[1], 0x1003);
    // Of a status register only the flags are the user's.
    if (has_status_register) {
        CHECK_EQ(r.mr[2] & ~Word{0xf0000000}, status_register);
    } else {
        CHECK_EQ(r.mr[2], 0x1004);
    }
    for (unsigned i = 4; i < words; i++) CHECK_EQ(ipc()->msg[i], 0x1002 + i);
}

TEST(tcb, register_errors) {
    setup();
    const Thread t = thread(count, 1);
    constexpr unsigned words = sizeof(abi::UserContext) / sizeof(Word);
    Result r = invoke(t.tcb, label::tcb_read_registers, caps(), 0, 0);
    CHECK_EQ(r.error(), range_error);
    CHECK_EQ(r.mr[0], 1);
    CHECK_EQ(r.mr[1], words);
    CHECK_EQ(invoke(t.tcb, label::tcb_read_registers, caps(), 0, words + 1).error(), range_error);
    CHECK_EQ(invoke(slot_tcb, label::tcb_read_registers, caps(), 0, 1).error(), illegal_operation);
    CHECK_EQ(invoke(slot_tcb, label::tcb_write_registers, caps(), 0, 0).error(), illegal_operation);
    CHECK_EQ(invoke(t.tcb, label::tcb_write_registers, caps(), 0, 3, 1, 2).error(),
             truncated_message);
    CHECK_EQ(invoke(t.tcb, label::tcb_read_registers, caps(), 0).error(), truncated_message);
}

TEST(tcb, copy_registers) {
    setup();
    const Thread a = thread(count, 5), b = thread(count, 6);
    CHECK_EQ(invoke(b.tcb, label::tcb_copy_registers, caps(a.tcb), 4 | 8).error(), no_error);
    CHECK_EQ(read_register(b.tcb, context_arg1), 5);
    CHECK_EQ(invoke(b.tcb, label::tcb_copy_registers, caps(ntfn), 4).error(), invalid_capability);
    CHECK_EQ(invoke(b.tcb, label::tcb_copy_registers, caps(), 4).error(), truncated_message);
}

TEST(tcb, priority_limits) {
    setup();
    const Thread t = thread(count, 1, 50);
    // Authority: the own maximum of the thread given.
    Result r = invoke(t.tcb, label::tcb_set_priority, caps(t.tcb), 51);
    CHECK_EQ(r.error(), range_error);
    CHECK_EQ(r.mr[0], 0);
    CHECK_EQ(r.mr[1], 50);
    CHECK_EQ(invoke(t.tcb, label::tcb_set_priority, caps(slot_tcb), 255).error(), no_error);
    CHECK_EQ(invoke(t.tcb, label::tcb_set_priority, caps(slot_tcb), 256).error(), range_error);
    CHECK_EQ(invoke(t.tcb, label::tcb_set_mc_priority, caps(t.tcb), 51).error(), range_error);
    CHECK_EQ(invoke(t.tcb, label::tcb_set_mc_priority, caps(slot_tcb), 60).error(), no_error);
    CHECK_EQ(invoke(t.tcb, label::tcb_set_priority, caps(t.tcb), 60).error(), no_error);
    CHECK_EQ(invoke(t.tcb, label::tcb_set_sched_params, caps(slot_tcb), 70, 71).error(), no_error);
    r = invoke(t.tcb, label::tcb_set_priority, caps(ntfn), 1);
    CHECK_EQ(r.error(), invalid_capability);
    CHECK_EQ(r.mr[0], 1);
    CHECK_EQ(invoke(t.tcb, label::tcb_set_priority, caps(), 1).error(), truncated_message);
}

TEST(tcb, configure_errors) {
    setup();
    const Thread t = thread(count, 1);
    const Word big = make(object::small_page), ep = make(object::endpoint);
    CHECK_EQ(invoke(t.tcb, label::tcb_configure, caps(ep, slot_vspace, big), 0, 0, 0, test_address)
                 .error(),
             illegal_operation);
    CHECK_EQ(
        invoke(t.tcb, label::tcb_configure, caps(root, ep, big), 0, 0, 0, test_address).error(),
        illegal_operation);
    CHECK_EQ(invoke(t.tcb, label::tcb_configure, caps(root, slot_vspace, ep), 0, 0, 0, test_address)
                 .error(),
             illegal_operation);
    CHECK_EQ(
        invoke(t.tcb, label::tcb_configure, caps(root, slot_vspace, big), 0, 0, 0, test_address + 8)
            .error(),
        alignment_error);
    CHECK_EQ(invoke(t.tcb, label::tcb_configure, caps(root, slot_vspace), 0, 0, 0, 0).error(),
             truncated_message);
    CHECK_EQ(invoke(t.tcb, label::tcb_set_space, caps(root, slot_vspace), 0, 0, 0).error(),
             no_error);
    CHECK_EQ(invoke(t.tcb, label::tcb_set_space, caps(root, slot_vspace), 0, 0).error(),
             truncated_message);
    CHECK_EQ(invoke(t.tcb, label::tcb_set_ipc_buffer, caps(big), test_address).error(), no_error);
    CHECK_EQ(invoke(t.tcb, 4000, caps()).error(), illegal_operation);
}

TEST(tcb, suspend_and_resume) {
    setup();
    const Thread t = thread(spin_once, 1, 50);
    set_own_priority(50);
    start(t);
    while (seen[1] < 1000) yield();
    CHECK_EQ(suspend(t), no_error);
    const Word before = seen[1];
    for (int i = 0; i < 10; i++) yield();
    CHECK_EQ(seen[1], before);
    CHECK_EQ(resume(t), no_error);
    while (seen[1] == before) yield();
    CHECK_EQ(suspend(t), no_error);
}

TEST(tcb, suspend_of_a_blocked_thread) {
    setup();
    const Thread t = thread(
        [](Word) {
            wait(ntfn);
            seen[1] = 1;
        },
        0, 200);
    start(t);
    let_run();
    CHECK_EQ(suspend(t), no_error);
    const Word b = mint(ntfn, 1);
    signal(b);
    let_run();
    CHECK_EQ(seen[1], 0);
    // Resumed, it waits again and finds the signal.
    CHECK_EQ(resume(t), no_error);
    let_run();
    CHECK_EQ(seen[1], 1);
}

TEST(tcb, deleting_a_running_thread) {
    setup();
    const Thread t = thread(spin_once, 1, 50);
    set_own_priority(50);
    start(t);
    while (seen[1] < 100) yield();
    CHECK_EQ(remove(t.tcb), no_error);
    const Word before = seen[1];
    for (int i = 0; i < 10; i++) yield();
    CHECK_EQ(seen[1], before);
}

TEST(tcb, thread_deletes_itself) {
    setup();
    start(thread([](Word) {
        seen[1] = 1;
        remove(block()->self);
        seen[2] = 1;
    }));
    let_run();
    CHECK_EQ(seen[1], 1);
    CHECK_EQ(seen[2], 0);
}

TEST(tcb, thread_deletes_its_cspace) {
    setup();
    const Word cn = make(object::cnode, 13), g = slot();
    CHECK_EQ(mint_to(g, cn, cnode_data(0, 51)), no_error);
    const Thread t = thread(
        [](Word self_slot) {
            invoke(2, label::cnode_delete, caps(), self_slot, 64);
            seen[1] = 1;
            for (;;) yield();
        },
        2, 200);
    CHECK_EQ(invoke(g, label::cnode_copy, caps(root), 2, 64, g, depth, rights_all).error(),
             no_error);
    CHECK_EQ(invoke(t.tcb, label::tcb_set_space, caps(g, slot_vspace), 0, 0, 0).error(), no_error);
    set_own_priority(200);
    start(t);
    for (int i = 0; i < 5; i++) yield();
    CHECK_EQ(seen[1], 1);
}

TEST(tls, each_thread_has_its_base) {
    setup();
    for (Word i = 1; i <= 3; i++) {
        start(thread(
            [](Word n) {
                for (int k = 0; k < 5; k++) {
                    yield();
                    if (block()->self != 0) seen[n] = seen[n] + 1;
                }
                seen[10 + n] = reinterpret_cast<Word>(block());
            },
            i, 200));
    }
    let_run();
    for (unsigned i = 1; i <= 3; i++) CHECK_EQ(seen[i], 5);
    CHECK(seen[11] != seen[12]);
    CHECK(seen[12] != seen[13]);
}

TEST(tls, own_base) {
    ThreadBlock* before = block();
    static ThreadBlock other;
    other = *before;
    CHECK_EQ(
        invoke(slot_tcb, label::tcb_set_tls_base, caps(), reinterpret_cast<Word>(&other)).error(),
        no_error);
    const bool changed = block() == &other;
    set_thread_pointer(before);
    CHECK(changed);
    CHECK_EQ(invoke(slot_tcb, label::tcb_set_tls_base, caps()).error(), truncated_message);
}

TEST(tls, base_is_kept_across_ticks) {
    setup();
    static volatile Word wrong;
    wrong = 0;
    for (Word i = 1; i <= 3; i++) {
        start(thread(
            [](Word n) {
                const ThreadBlock* own = block();
                for (int k = 0; k < 100000; k++)
                    if (block() != own) wrong = wrong + 1;
                seen[n] = 1;
                signal(ntfn);
            },
            i));
    }
    while (!seen[1] || !seen[2] || !seen[3]) wait(ntfn);
    CHECK_EQ(wrong, 0);
}

// ---- Scheduling ---------------------------------------------------------------------------------

TEST(sched, highest_priority_first) {
    setup();
    const Word priorities[] = {10, 200, 50, 201, 100};
    for (Word p : priorities) start(thread(order, p, p));
    let_run();
    const Word expected[] = {201, 200, 100, 50, 10};
    for (unsigned i = 0; i < 5; i++) CHECK_EQ(seen[100 + i], expected[i]);
}

TEST(sched, equal_priorities_share) {
    setup();
    const Thread a = thread(spin_once, 1, 50), b = thread(spin_once, 2, 50);
    start(a);
    start(b);
    set_own_priority(50);
    while (seen[1] < 100000 || seen[2] < 100000) yield();
    set_own_priority(255);
    CHECK_EQ(suspend(a), no_error);
    CHECK_EQ(suspend(b), no_error);
}

TEST(sched, ticks_preempt_without_a_yield) {
    setup();
    const Thread a = thread(spin_once, 1, 50), b = thread(spin_once, 2, 50);
    const Thread watcher = thread(
        [](Word) {
            // Same priority as the spinners, and never gives up its time either.
            while (seen[1] == 0 || seen[2] == 0) {}
            signal(ntfn);
        },
        0, 50);
    start(a);
    start(b);
    start(watcher);
    wait(ntfn);
    CHECK(seen[1] > 0 && seen[2] > 0);
}

TEST(sched, raising_a_thread_preempts) {
    setup();
    set_own_priority(100);
    const Thread t = thread(count, 1, 50);
    start(t);
    CHECK_EQ(seen[1], 0);
    CHECK_EQ(invoke(t.tcb, label::tcb_set_priority, caps(slot_tcb), 101).error(), no_error);
    CHECK_EQ(seen[1], 1);
}

TEST(sched, lowering_oneself_lets_others_run) {
    setup();
    set_own_priority(100);
    start(thread(count, 1, 90));
    CHECK_EQ(seen[1], 0);
    set_own_priority(80);
    CHECK_EQ(seen[1], 1);
}

TEST(sched, yield_goes_round) {
    setup();
    for (Word i = 1; i <= 3; i++) {
        start(thread(
            [](Word n) {
                for (int k = 0; k < 3; k++) {
                    order(n);
                    yield();
                }
            },
            i, 60));
    }
    let_run();
    CHECK_EQ(seen[0], 9);
    for (unsigned i = 3; i < 9; i++) CHECK_EQ(seen[100 + i], seen[100 + i - 3]);
    CHECK(seen[100] != seen[101] && seen[101] != seen[102] && seen[100] != seen[102]);
}

TEST(sched, every_priority) {
    setup();
    Word tcb[256];
    const Thread t = thread(count, 1, 1);
    for (Word p = 0; p < 256; p++) {
        CHECK_EQ(invoke(t.tcb, label::tcb_set_priority, caps(slot_tcb), p).error(), no_error);
        tcb[p] = p;
    }
    CHECK_EQ(tcb[255], 255);
}

// ---- Domains ------------------------------------------------------------------------------------

TEST(domain, set_arguments) {
    setup();
    const Thread t = thread(count, 1);
    CHECK_EQ(invoke(slot_domain, label::domain_set_set, caps(t.tcb), 0).error(), no_error);
    Result r = invoke(slot_domain, label::domain_set_set, caps(t.tcb), 255);
    CHECK_EQ(r.error(), invalid_argument);
    CHECK_EQ(r.mr[0], 0);
    r = invoke(slot_domain, label::domain_set_set, caps(ntfn), 0);
    CHECK_EQ(r.error(), invalid_argument);
    CHECK_EQ(r.mr[0], 1);
    CHECK_EQ(invoke(slot_domain, label::domain_set_set, caps()).error(), truncated_message);
    CHECK_EQ(invoke(slot_domain, label::tcb_suspend, caps(t.tcb), 0).error(), illegal_operation);
    CHECK_EQ(invoke(t.tcb, label::domain_set_set, caps(t.tcb), 0).error(), illegal_operation);
}
