// SPDX-License-Identifier: BSD-2-Clause
// Root task of both nodes of a ping-pong: one signals the other, waits for its signal and
// acknowledges it. What one round costs the kernel of one side, bench/kernel/measure.py counts.
#include "bench.hpp"
#include "peer.hpp"

using namespace suite;

namespace {
mkl::rt::BootRecord record;
Heartbeat* shared;
}  // namespace

void suite::prepare() {
    // Without a console nothing is said.
    output = [](char) {};
    if (!own_record(record)) return;
    shared = map_heartbeat(record);
    if (record.node->id == 0) use_console();
}

TEST(ping, rounds) {
    CHECK(shared);
    const Word n = make(object::notification), handler = signal_handler(record, n), other = slot();
    CHECK_EQ(invoke(slot_irq_control, signal_label, caps(root), record.sgi_send[0].id,
                    record.sgi_send[0].target, other, depth)
                 .error(),
             no_error);
    no_fpu(slot_tcb);
    const bool first = record.node->id == 0;
    const auto answered = [&] {
        wait(n);
        invoke(handler, label::irq_ack, caps());
    };
    // A signal to a node without a handler would be lost.
    (first ? shared->beats : shared->answers) = 1;
    while (!shared->beats || !shared->answers) {}
    while (!first) {
        answered();
        signal(other);
    }
    const Marks m;
    for (Word i = 0; i < 12; i++) {
        m.begin();
        signal(other);
        answered();
        m.end();
    }
    m.report("cross-node-side");
}
