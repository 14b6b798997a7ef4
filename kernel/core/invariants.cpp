// SPDX-License-Identifier: BSD-2-Clause
#include "invariants.hpp"

namespace mkl::kernel {

using namespace kapi;

namespace {

#define MKL_REQUIRE(cond, value)                                                                   \
    if (!(cond)) return Violation {                                                                \
            __LINE__, static_cast<Word>(value)                                                     \
        }

Violation check_queue(const TcbQueue& q, unsigned domain, unsigned priority) {
    const Tcb* prev = nullptr;
    for (const Tcb* t = q.head; t; t = t->run.next) {
        MKL_REQUIRE(t->run.prev == prev, phys(t));
        MKL_REQUIRE(t->queued, phys(t));
        MKL_REQUIRE(t->priority == priority && t->domain == domain, phys(t));
        MKL_REQUIRE(t->runnable(), phys(t));
        prev = t;
    }
    MKL_REQUIRE(q.tail == prev, priority);
    return {};
}

Violation check_object(Cap cap) {
    switch (cap.type()) {
    case tag_endpoint: {
        const Endpoint& ep = *ptr<Endpoint>(cap.pa());
        const TcbQueue q = ep.queue();
        MKL_REQUIRE((ep.state() == Endpoint::idle) == (q.head == nullptr), cap.pa());
        for (const Tcb* t = q.head; t; t = t->wait.next) {
            MKL_REQUIRE(t->blocked_on == &ep, phys(t));
            MKL_REQUIRE(t->state == (ep.state() == Endpoint::sending
                                         ? ThreadState::blocked_on_send
                                         : ThreadState::blocked_on_receive),
                        phys(t));
            MKL_REQUIRE(t->wait.next || q.tail == t, phys(t));
        }
        return {};
    }
    case tag_notification: {
        const Notification& n = *ptr<Notification>(cap.pa());
        MKL_REQUIRE((n.state() == Notification::waiting) == (n.queue().head != nullptr), cap.pa());
        MKL_REQUIRE(!n.bound || n.bound->bound == &n, cap.pa());
        return {};
    }
    case tag_thread: {
        const Tcb& t = *ptr<Tcb>(cap.pa());
        MKL_REQUIRE(!t.bound || t.bound->bound == &t, cap.pa());
        MKL_REQUIRE(!t.queued || t.runnable(), cap.pa());
        return {};
    }
    case tag_untyped:
        MKL_REQUIRE(cap.ut_free() <= Word{1} << cap.ut_bits(), cap.pa());
        MKL_REQUIRE(cap.ut_zeroed() <= Word{1} << cap.ut_bits(), cap.pa());
        return {};
    default:
        return {};
    }
}

}  // namespace

Violation check_scheduler() {
    for (unsigned d = 0; d < max_domains; d++) {
        const RunQueues& r = kernel.run[d];
        for (unsigned p = 0; p < num_priorities; p++) {
            const bool marked = r.bits[p / word_bits] >> (p % word_bits) & 1;
            MKL_REQUIRE(marked == (r.queue[p].head != nullptr), p);
            const Violation v = check_queue(r.queue[p], d, p);
            if (v.line) return v;
        }
        for (unsigned w = 0; w < num_priorities / word_bits; w++)
            MKL_REQUIRE((kernel.run_top[d] >> w & 1) == (r.bits[w] != 0), w);
    }
    return {};
}

Violation check_slots(const Slot* slots, Word count) {
    for (Word i = 0; i < count; i++) {
        const Slot& s = slots[i];
        if (s.empty()) {
            MKL_REQUIRE(!s.prev && !s.next(), i);
            continue;
        }
        MKL_REQUIRE(!s.prev || s.prev->next() == &s, i);
        MKL_REQUIRE(!s.next() || s.next()->prev == &s, i);
        MKL_REQUIRE(!s.next() || !s.next()->empty(), i);
        const Violation v = check_object(s.cap);
        if (v.line) return v;
    }
    return {};
}

Violation check_cspace(Cap root) {
    if (!root.is(tag_cnode)) return {};
    const Slot* slots = ptr<Slot>(root.pa());
    const Word count = Word{1} << root.radix();
    Violation v = check_slots(slots, count);
    for (Word i = 0; !v.line && i < count; i++) {
        const Cap cap = slots[i].cap;
        if (cap.is(tag_cnode)) v = check_slots(ptr<Slot>(cap.pa()), Word{1} << cap.radix());
        if (cap.is(tag_thread)) v = check_slots(ptr<Tcb>(cap.pa())->slots, tcb_slots);
    }
    return v;
}

}  // namespace mkl::kernel
