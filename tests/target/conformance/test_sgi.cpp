// SPDX-License-Identifier: BSD-2-Clause
// Signals to a CPU, here the own one. On RISC-V an extension of the built-in kernel.
#include "suite.hpp"

using namespace suite;

namespace {

Word handler(Word irq) {
    const Word h = slot();
    CHECK_EQ(invoke(slot_irq_control, label::irq_issue_handler, caps(root), irq, h, depth).error(),
             no_error);
    return h;
}
Word sgi_cap() {
    const Word c = slot();
    CHECK_EQ(invoke(slot_irq_control, signal_label, caps(root), signal_id, 0, c, depth).error(),
             no_error);
    return c;
}

}  // namespace

TEST(sgi, to_oneself) {
    const Word h = handler(signal_irq), n = make(object::notification), c = sgi_cap();
    CHECK_EQ(invoke(h, label::irq_set_handler, caps(mint(n, 0x21))).error(), no_error);
    for (int i = 0; i < 10; i++) {
        signal(c);
        CHECK_EQ(wait(n), 0x21);
        CHECK_EQ(invoke(h, label::irq_ack, caps()).error(), no_error);
    }
    CHECK_EQ(poll(n), 0);
}

TEST(sgi, wakes_a_thread) {
    static Word n, h;
    static volatile Word woken;
    woken = 0;
    h = handler(signal_irq);
    n = make(object::notification);
    const Word c = sgi_cap();
    CHECK_EQ(invoke(h, label::irq_set_handler, caps(mint(n, 1))).error(), no_error);
    start(thread(
        [](Word) {
            for (;;) {
                wait(n);
                woken = woken + 1;
                invoke(h, label::irq_ack, caps());
            }
        },
        0, 250));
    set_own_priority(100);
    for (Word i = 1; i <= 100; i++) {
        signal(c);
        while (woken < i) {}
        CHECK_EQ(woken, i);
    }
}

TEST(sgi, arguments) {
    const Word s = slot();
    Result r = invoke(slot_irq_control, signal_label, caps(root), 16, 0, s, depth);
    CHECK_EQ(r.error(), range_error);
    CHECK_EQ(r.mr[0], 0);
    CHECK_EQ(r.mr[1], 15);
    CHECK_EQ(invoke(slot_irq_control, signal_label, caps(root), signal_id, 0, s).error(),
             truncated_message);
    const Word c = sgi_cap();
    CHECK_EQ(identify(c), tag_sgi_signal);
    CHECK(copy(c));
    // Signalled by any kind of send; label and words do not matter.
    CHECK_EQ(call(c, 77, 1, 5).error(), no_error);
}
