// SPDX-License-Identifier: BSD-2-Clause
// Retype's watermark, clearing and preemption; zombies; refusals from the boot record.
#include <gtest/gtest.h>

#include "machine.hpp"

namespace mkl::kernel::test {
namespace {

int checks_until_interrupt;
bool counted_interrupt() { return --checks_until_interrupt == 0; }

TEST(KernelRetype, ClearsOnlyWhatItHandsOut) {
    Machine m;
    ASSERT_EQ(m.retype(untyped_cptr, object::small_page, 0, 10), no_error);
    const auto* p = ptr<uint8_t>(Machine::untyped_pa);
    EXPECT_EQ(p[0], 0);
    EXPECT_EQ(p[4095], 0);
    EXPECT_EQ(p[4096], 0xa5);
}

TEST(KernelRetype, UntypedsAreNotCleared) {
    Machine m;
    ASSERT_EQ(m.retype(untyped_cptr, object::untyped, 20, 10), no_error);
    EXPECT_EQ(*ptr<uint8_t>(Machine::untyped_pa), 0xa5);
}

TEST(KernelRetype, PreemptedClearingGoesOnWhereItWas) {
    Machine m;
    arch::host_interrupt_pending = [] { return true; };
    ASSERT_EQ(m.retype(untyped_cptr, object::large_page, 0, 10, 3), no_error);
    EXPECT_GT(m.preemptions, 50u);
    const auto* p = ptr<uint64_t>(Machine::untyped_pa);
    for (size_t i = 0; i < 3u << 18; i++) ASSERT_EQ(p[i], 0u);
}

TEST(KernelRetype, MemoryIsClearedAgainAfterReset) {
    Machine m;
    for (int round = 0; round < 3; round++) {
        ASSERT_EQ(m.retype(untyped_cptr, object::small_page, 0, 10, 2), no_error);
        auto* p = ptr<uint8_t>(Machine::untyped_pa);
        for (int i = 0; i < 8192; i++) ASSERT_EQ(p[i], 0);
        std::memset(p, 0x77, 8192);
        ASSERT_EQ(m.invoke(root_cptr, label::cnode_revoke, {}, {untyped_cptr, 64}), no_error);
    }
}

TEST(KernelDelete, NestedCNodesGoWithTheirAncestor) {
    Machine m;
    // Each CNode holds the only capability of the next.
    for (Word i = 0; i < 40; i++)
        ASSERT_EQ(m.retype(untyped_cptr, object::cnode, 4, 10 + i), no_error);
    for (Word i = 39; i-- > 0;) {
        ASSERT_EQ(m.invoke(10 + i, label::cnode_move, {root_cptr}, {3, 4, 11 + i, 64}), no_error);
    }
    arch::host_interrupt_pending = [] { return true; };
    ASSERT_EQ(m.invoke(root_cptr, label::cnode_delete, {}, {10, 64}), no_error);
    EXPECT_TRUE(m.slot(10).empty());
    EXPECT_TRUE(has_children(m.slot(untyped_cptr)));
    ASSERT_EQ(m.invoke(root_cptr, label::cnode_revoke, {}, {untyped_cptr, 64}), no_error);
    EXPECT_GT(m.preemptions, 10u);
    EXPECT_EQ(check_cspace(m.slot(root_cptr).cap).line, 0u);
    EXPECT_FALSE(has_children(m.slot(untyped_cptr)));
}

TEST(KernelDelete, EveryPreemptionPointLeavesASoundTree) {
    for (int at = 1; at < 60; at++) {
        Machine m;
        for (Word i = 0; i < 6; i++)
            ASSERT_EQ(m.retype(untyped_cptr, object::cnode, 3, 10 + i), no_error);
        for (Word i = 0; i < 6; i++)
            for (Word k = 0; k < 8; k++)
                ASSERT_EQ(m.invoke(10 + i, label::cnode_copy, {root_cptr},
                                   {k, 3, 10 + (i + k) % 6, 64, 15}),
                          no_error);
        checks_until_interrupt = at;
        arch::host_interrupt_pending = counted_interrupt;
        ASSERT_EQ(m.invoke(root_cptr, label::cnode_revoke, {}, {untyped_cptr, 64}), no_error);
        ASSERT_EQ(check_cspace(m.slot(root_cptr).cap).line, 0u);
        ASSERT_FALSE(has_children(m.slot(untyped_cptr)));
    }
}

/// Puts `count` threads (capabilities from `first_cptr` on) into the endpoint's queue as senders.
void block_senders(Machine& m, Word endpoint, Word first_cptr, Word count) {
    for (Word i = 0; i < count; i++) {
        ASSERT_EQ(m.retype(untyped_cptr, object::tcb, 0, first_cptr + i), no_error);
        Tcb& t = *ptr<Tcb>(m.slot(first_cptr + i).cap.pa());
        set_state(t, ThreadState::running);
        send_ipc(t, *ptr<Endpoint>(m.slot(endpoint).cap.pa()),
                 {.blocking = true,
                  .call = false,
                  .badge = i % 2,
                  .can_grant = false,
                  .can_grant_reply = false});
        ASSERT_EQ(t.state, ThreadState::blocked_on_send);
    }
}

TEST(KernelPreemption, WaitersOfADyingEndpointGoInPieces) {
    Machine m;
    ASSERT_EQ(m.retype(untyped_cptr, object::endpoint, 0, 10), no_error);
    block_senders(m, 10, 20, 200);
    arch::host_interrupt_pending = [] { return true; };
    ASSERT_EQ(m.invoke(root_cptr, label::cnode_delete, {}, {10, 64}), no_error);
    EXPECT_GE(m.preemptions, 200u / 16 - 1);
    for (Word i = 0; i < 200; i++)
        EXPECT_EQ(ptr<Tcb>(m.slot(20 + i).cap.pa())->state, ThreadState::restart);
    EXPECT_EQ(check_scheduler().line, 0u);
}

TEST(KernelPreemption, CancelledSendersOfOneBadgeGoInPieces) {
    Machine m;
    ASSERT_EQ(m.retype(untyped_cptr, object::endpoint, 0, 10), no_error);
    ASSERT_EQ(m.invoke(root_cptr, label::cnode_mint, {root_cptr}, {11, 64, 10, 64, 15, 1}),
              no_error);
    block_senders(m, 10, 20, 200);
    static unsigned asked;
    asked = 0;
    // It begins again at the head: two interrupts, and time to finish between them.
    arch::host_interrupt_pending = [] { return ++asked == 4 || asked == 9; };
    ASSERT_EQ(m.invoke(root_cptr, label::cnode_cancel_badged_sends, {}, {11, 64}), no_error);
    EXPECT_EQ(m.preemptions, 2u);
    for (Word i = 0; i < 200; i++) {
        EXPECT_EQ(ptr<Tcb>(m.slot(20 + i).cap.pa())->state,
                  i % 2 ? ThreadState::restart : ThreadState::blocked_on_send);
    }
    EXPECT_EQ(check_cspace(m.slot(root_cptr).cap).line, 0u);
}

TEST(KernelPreemption, WaitersOfADyingNotificationGoInPieces) {
    Machine m;
    ASSERT_EQ(m.retype(untyped_cptr, object::notification, 0, 10), no_error);
    for (Word i = 0; i < 100; i++) {
        ASSERT_EQ(m.retype(untyped_cptr, object::tcb, 0, 20 + i), no_error);
        Tcb& t = *ptr<Tcb>(m.slot(20 + i).cap.pa());
        set_state(t, ThreadState::running);
        receive_signal(t, m.slot(10).cap, true);
    }
    arch::host_interrupt_pending = [] { return true; };
    ASSERT_EQ(m.invoke(root_cptr, label::cnode_delete, {}, {10, 64}), no_error);
    EXPECT_GE(m.preemptions, 100u / 16 - 1);
    for (Word i = 0; i < 100; i++)
        EXPECT_EQ(ptr<Tcb>(m.slot(20 + i).cap.pa())->state, ThreadState::restart);
}

TEST(KernelIrq, OnlyWhatTheRecordGrants) {
    Machine m;
    static const mkl_rec_interrupt lines[] = {
        {40, MKL_TRIGGER_LEVEL},
        {41, MKL_TRIGGER_EDGE }
    };
    static const mkl_rec_sgi_receive receive[] = {
        {3, 0}
    };
    static const mkl_rec_sgi_send send[] = {
        {5, 0, 2}
    };
    kernel.record.interrupts = {lines, 2};
    kernel.record.sgi_receive = {receive, 1};
    kernel.record.sgi_send = {send, 1};
    m.slot(5).cap = Cap::make(tag_irq_control, 0);
    m.slot(5).set_flags(true, true);
    const auto get = [&](Word irq, Word dest) {
        return m.invoke(5, label::irq_issue_handler, {root_cptr}, {irq, dest, 64});
    };
    EXPECT_EQ(get(40, 10), no_error);
    EXPECT_TRUE(arch::host_irq_enabled[40]);
    EXPECT_EQ(get(40, 11), revoke_first);
    EXPECT_EQ(get(42, 11), revoke_first);
    EXPECT_EQ(get(27, 11), revoke_first);
    EXPECT_EQ(get(1020, 11), range_error);
    EXPECT_EQ(get(3, 11), no_error);
    EXPECT_EQ(get(4, 12), revoke_first);
    EXPECT_EQ(m.invoke(5, label::irq_issue_handler_trigger, {root_cptr}, {41, 0, 12, 64}),
              invalid_argument);
    EXPECT_EQ(m.invoke(5, label::irq_issue_handler_trigger, {root_cptr}, {41, 1, 12, 64}),
              no_error);
    EXPECT_EQ(m.invoke(5, label::irq_issue_sgi_signal, {root_cptr}, {5, 1, 13, 64}),
              invalid_argument);
    EXPECT_EQ(m.invoke(5, label::irq_issue_sgi_signal, {root_cptr}, {5, 2, 13, 64}), no_error);
    EXPECT_EQ(m.invoke(root_cptr, label::cnode_delete, {}, {10, 64}), no_error);
    EXPECT_FALSE(arch::host_irq_enabled[40]);
}

}  // namespace
}  // namespace mkl::kernel::test
