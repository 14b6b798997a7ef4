// SPDX-License-Identifier: BSD-2-Clause
#include "kernel.hpp"

namespace mkl::kernel {

void set_state(Tcb& t, ThreadState s) {
    t.state = s;
    // A thread that stops running must not stay the scheduler's choice.
    if (&t == kernel.current && !t.runnable() && kernel.action == Action::resume) reschedule();
}

void suspend(Tcb& t) {
    cancel_ipc(t);
    if (t.state == ThreadState::running && &t != kernel.current) {
        // It stops between two instructions: what it would run next is where it goes on.
        t.context.fault_pc = t.context.pc;
    }
    set_state(t, ThreadState::inactive);
    if (kernel.action == Action::switch_to && kernel.candidate == &t) {
        kernel.action = Action::choose;
        kernel.candidate = nullptr;
    }
    dequeue(t);
}

void restart(Tcb& t) {
    if (t.runnable()) return;
    cancel_ipc(t);
    setup_reply_master(t);
    set_state(t, ThreadState::restart);
    enqueue(t);
    possible_switch_to(t);
}

void set_priority(Tcb& t, unsigned priority) {
    const bool was_queued = t.queued;
    dequeue(t);
    t.priority = static_cast<uint8_t>(priority);
    if (!t.runnable()) return;
    if (&t == kernel.current) {
        reschedule();
        return;
    }
    if (was_queued) enqueue(t);
    possible_switch_to(t);
}

void set_max_priority(Tcb& t, unsigned priority) {
    t.max_priority = static_cast<uint8_t>(priority);
}

void set_domain(Tcb& t, unsigned domain) {
    dequeue(t);
    t.domain = static_cast<uint8_t>(domain);
    if (t.runnable() && &t != kernel.current) enqueue(t);
    if (&t == kernel.current) reschedule();
}

}  // namespace mkl::kernel
