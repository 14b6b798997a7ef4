// SPDX-License-Identifier: BSD-2-Clause
// Synchronisation built on notifications and endpoints, under preemption.
#include "suite.hpp"

using namespace suite;

namespace {

Word ntfn, other, done;
volatile Word counter, inside;
void setup() {
    ntfn = make(object::notification);
    other = make(object::notification);
    done = make(object::notification);
    counter = 0;
    inside = 0;
}
/// n signals of one bit each have to be waited for one by one: a notification only remembers one.
void wait_for_all(unsigned n) {
    while (counter < n) wait(done);
}

}  // namespace

TEST(sync, binary_semaphore) {
    setup();
    static volatile Word total, wrong;
    total = 0;
    wrong = 0;
    const Word free = mint(ntfn, 1);
    signal(free);
    static Word lock_cap;
    lock_cap = free;
    for (int i = 0; i < 4; i++) {
        start(thread([](Word) {
            for (int k = 0; k < 50; k++) {
                wait(ntfn);
                inside = inside + 1;
                if (inside != 1) wrong = wrong + 1;
                const Word before = total;
                yield();
                total = before + 1;
                inside = inside - 1;
                signal(lock_cap);
            }
            counter = counter + 1;
            signal(done);
        }));
    }
    wait_for_all(4);
    CHECK_EQ(wrong, 0);
    CHECK_EQ(total, 200);
}

TEST(sync, producer_and_consumer) {
    setup();
    static volatile Word box, sum;
    sum = 0;
    const Thread consumer = thread([](Word) {
        for (Word i = 1; i <= 100; i++) {
            wait(ntfn);
            sum = sum + box;
            signal(other);
        }
        signal(done);
    });
    start(consumer);
    const Thread producer = thread([](Word) {
        for (Word i = 1; i <= 100; i++) {
            box = i;
            signal(ntfn);
            wait(other);
        }
    });
    start(producer);
    wait(done);
    CHECK_EQ(sum, 5050);
}

TEST(sync, barrier) {
    setup();
    // Threads come to an endpoint; the server lets all go when the last has come.
    static Word ep;
    ep = make(object::endpoint);
    for (int i = 0; i < 4; i++) {
        start(thread([](Word) {
            call(ep);
            if (inside != 4) counter = 100;
            counter = counter + 1;
            signal(done);
        }));
    }
    Word callers[4];
    for (Word& c : callers) {
        receive(ep);
        c = slot();
        CHECK_EQ(invoke(root, label::cnode_save_caller, caps(), c, depth).error(), no_error);
        inside = inside + 1;
        CHECK_EQ(counter, 0);
    }
    for (Word c : callers) syscall(sys::send, c);
    wait_for_all(4);
    CHECK_EQ(counter, 4);
}

TEST(sync, bound_notification_breaks_in) {
    setup();
    static Word ep;
    ep = make(object::endpoint);
    static volatile Word calls, signals;
    calls = 0;
    signals = 0;
    const Thread server = thread(
        [](Word) {
            bool reply = false;
            while (calls + signals < 30) {
                const Result r = syscall(reply ? sys::reply_recv : sys::recv, ep, message(0, 0));
                reply = r.badge != 0x80;
                volatile Word& count = reply ? calls : signals;
                count = count + 1;
            }
            signal(done);
        },
        0, 200);
    CHECK_EQ(invoke(server.tcb, label::tcb_bind_notification, caps(ntfn)).error(), no_error);
    const Word badged = mint(ntfn, 0x80);
    start(server);
    let_run();
    set_own_priority(100);
    for (int i = 0; i < 15; i++) {
        signal(badged);
        if (i < 14) call(ep);
    }
    syscall(sys::nb_send, ep);
    CHECK_EQ(calls, 15);
    CHECK_EQ(signals, 15);
}
