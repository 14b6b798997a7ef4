// SPDX-License-Identifier: BSD-2-Clause
// Notifications: a word of signals, a queue of waiters, and possibly a bound thread that takes
// signals while it waits on an endpoint.
#include "kernel.hpp"

namespace mkl::kernel {

namespace {

void deliver(Tcb& t, Word badge) {
    set_state(t, ThreadState::running);
    arch::set_badge(t.context, badge);
    possible_switch_to(t);
}

}  // namespace

void send_signal(Notification& n, Word badge) {
    switch (n.state()) {
    case Notification::idle:
        if (n.bound && n.bound->state == ThreadState::blocked_on_receive) {
            cancel_ipc(*n.bound);
            deliver(*n.bound, badge);
        } else {
            n.set_state(Notification::active);
            n.badges = badge;
        }
        break;
    case Notification::waiting: {
        TcbQueue q = n.queue();
        Tcb& t = *q.head;
        remove<&Tcb::wait>(q, t);
        n.set_queue(q);
        deliver(t, badge);
        break;
    }
    case Notification::active:
        n.badges |= badge;
        break;
    }
}

void receive_signal(Tcb& t, Cap cap, bool blocking) {
    Notification& n = *ptr<Notification>(cap.pa());
    if (n.state() == Notification::active) {
        complete_signal(n, t);
    } else if (blocking) {
        t.blocked_on = &n;
        set_state(t, ThreadState::blocked_on_notification);
        TcbQueue q = n.queue();
        append<&Tcb::wait>(q, t);
        n.set_queue(q);
    } else {
        nb_receive_failed(t);
    }
}

/// Precondition: active.
void complete_signal(Notification& n, Tcb& t) {
    arch::set_badge(t.context, n.badges);
    n.set_state(Notification::idle);
}

void cancel_signal(Tcb& t, Notification& n) {
    TcbQueue q = n.queue();
    remove<&Tcb::wait>(q, t);
    n.set_queue(q);
    set_state(t, ThreadState::inactive);
}

Status cancel_all_signals(Notification& n) {
    while (n.state() == Notification::waiting) {
        TcbQueue q = n.queue();
        Tcb& t = *q.head;
        remove<&Tcb::wait>(q, t);
        n.set_queue(q);
        set_state(t, ThreadState::restart);
        enqueue(t);
        reschedule();
        if (const Status s = preemption_point(); s != Status::ok) return s;
    }
    return Status::ok;
}

void bind(Tcb& t, Notification& n) {
    n.bound = &t;
    t.bound = &n;
}

void unbind(Tcb& t) {
    if (t.bound) t.bound->bound = nullptr;
    t.bound = nullptr;
}

void unbind_from(Notification& n) {
    if (n.bound) unbind(*n.bound);
}

}  // namespace mkl::kernel
