// SPDX-License-Identifier: BSD-2-Clause
// Long operations let interrupts through: while one thread is in the middle of one call, another
// of its priority gets its time slice.
#include "suite.hpp"

using namespace suite;

namespace {

volatile Word in_call, seen_inside, spins;
Word memory, big, victim, done;  // `victim` is also where the worker says that it is ready
constexpr unsigned big_bits = 14;

/// Looks whether the other one is inside its call.
void observer(Word) {
    for (;;) {
        if (in_call) seen_inside = seen_inside + 1;
        spins = spins + 1;
    }
}

/// A CNode full of copies of one endpoint.
void fill_cnode() {
    retype(memory, object::cnode, big_bits, big);
    for (Word i = 0; i < Word{1} << big_bits; i++)
        invoke(big, label::cnode_copy, caps(root), i, big_bits, victim, depth, rights_all);
}

/// Spins for most of a time slice that has just begun, so that its end falls into what follows.
void wait_for_the_end_of_the_slice() {
    const auto until_observed = [] {
        Word n = 0;
        for (const Word before = spins; spins == before;) n++;
        return n;
    };
    until_observed();
    const Word slice = until_observed();
    for (Word n = 0; n < slice - slice / 8; n++) (void)spins;
}

/// Runs `operation` beside the observer, on a fresh CNode each time, until it was seen inside.
void expect_preempted(void (*operation)()) {
    static void (*run)();
    run = operation;
    done = make(object::notification);
    memory = make(object::untyped, big_bits + slot_bits);
    big = slot();
    victim = make(object::endpoint);
    seen_inside = 0;
    spins = 0;
    start(thread(observer, 0, 100));
    const Thread worker = thread(
        [](Word) {
            for (;;) {
                wait(done);
                wait_for_the_end_of_the_slice();
                in_call = 1;
                run();
                in_call = 0;
                call(victim);
            }
        },
        0, 100);
    start(worker);
    for (int i = 0; i < 20 && !seen_inside; i++) {
        fill_cnode();
        signal(done);
        receive(victim);
        remove(big);
        syscall(sys::reply, 0, message(0, 0));
    }
    CHECK(seen_inside > 0);
}

}  // namespace

TEST(preemption, revoke) {
    expect_preempted([] { revoke(victim); });
}

TEST(preemption, delete_of_a_large_cnode) {
    expect_preempted([] { remove(big); });
}
