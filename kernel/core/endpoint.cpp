// SPDX-License-Identifier: BSD-2-Clause
// Endpoints: threads that send, or threads that receive, meet here; and reply capabilities.
#include "kernel.hpp"

namespace mkl::kernel {

using namespace kapi;

namespace {

void block(Tcb& t, Endpoint& ep, Endpoint::State state, ThreadState why) {
    t.blocked_on = &ep;
    set_state(t, why);
    TcbQueue q = ep.queue();
    append<&Tcb::wait>(q, t);
    ep.set(state, q);
}

Tcb& take_first(Endpoint& ep) {
    TcbQueue q = ep.queue();
    Tcb& t = *q.head;
    remove<&Tcb::wait>(q, t);
    ep.set(ep.state(), q);
    return t;
}

/// The sender of a call waits for the reply, if anybody may give one.
void await_reply(Tcb& sender, Tcb& receiver, bool sender_may, bool receiver_grants) {
    if (sender_may) {
        setup_caller(sender, receiver, receiver_grants);
    } else {
        set_state(sender, ThreadState::inactive);
    }
}

void accept_sender(Tcb& sender, Endpoint& ep, Tcb& receiver, bool receiver_grants) {
    const bool may_reply = sender.can_grant || sender.can_grant_reply;
    transfer(sender, &ep, sender.badge, sender.can_grant, receiver);
    if (sender.sender_is_call || sender.fault.type != arch::abi::fault::null_fault) {
        await_reply(sender, receiver, may_reply, receiver_grants);
    } else {
        set_state(sender, ThreadState::running);
        possible_switch_to(sender);
    }
}

}  // namespace

void send_ipc(Tcb& sender, Endpoint& ep, const SendOptions& o) {
    if (ep.state() != Endpoint::receiving) {
        if (!o.blocking) return;
        sender.badge = o.badge;
        sender.can_grant = o.can_grant;
        sender.can_grant_reply = o.can_grant_reply;
        sender.sender_is_call = o.call;
        block(sender, ep, Endpoint::sending, ThreadState::blocked_on_send);
        return;
    }
    Tcb& receiver = take_first(ep);
    transfer(sender, &ep, o.badge, o.can_grant, receiver);
    const bool receiver_grants = receiver.can_grant;
    set_state(receiver, ThreadState::running);
    possible_switch_to(receiver);
    if (o.call) await_reply(sender, receiver, o.can_grant || o.can_grant_reply, receiver_grants);
}

void receive_ipc(Tcb& receiver, Cap cap, bool blocking) {
    if (receiver.bound && receiver.bound->state() == Notification::active) {
        complete_signal(*receiver.bound, receiver);
        return;
    }
    Endpoint& ep = *ptr<Endpoint>(cap.pa());
    if (ep.state() == Endpoint::sending) {
        accept_sender(take_first(ep), ep, receiver, cap.has(can_grant));
    } else if (blocking) {
        receiver.can_grant = cap.has(can_grant);
        block(receiver, ep, Endpoint::receiving, ThreadState::blocked_on_receive);
    } else {
        nb_receive_failed(receiver);
    }
}

void nb_receive_failed(Tcb& t) { arch::set_badge(t.context, 0); }

Status cancel_all_ipc(Endpoint& ep) {
    while (ep.state() != Endpoint::idle) {
        Tcb& t = take_first(ep);
        set_state(t, ThreadState::restart);
        enqueue(t);
        reschedule();
        if (const Status s = preemption_point(); s != Status::ok) return s;
    }
    return Status::ok;
}

Status cancel_badged_sends(Endpoint& ep, Word badge) {
    if (ep.state() != Endpoint::sending) return Status::ok;
    TcbQueue q = ep.queue();
    Status status = Status::ok;
    // Preempted, it begins again at the head: what is left there is what it leaves alone, and a
    // tick's time is enough to walk past tens of thousands.
    for (Tcb* t = q.head; t && status == Status::ok;) {
        Tcb* next = t->wait.next;
        if (t->badge == badge) {
            remove<&Tcb::wait>(q, *t);
            set_state(*t, ThreadState::restart);
            enqueue(*t);
        }
        t = next;
        if (t) status = preemption_point();
    }
    ep.set(Endpoint::sending, q);
    reschedule();
    return status;
}

void cancel_ipc(Tcb& t) {
    switch (t.state) {
    case ThreadState::blocked_on_send:
    case ThreadState::blocked_on_receive: {
        auto& ep = *static_cast<Endpoint*>(t.blocked_on);
        TcbQueue q = ep.queue();
        remove<&Tcb::wait>(q, t);
        ep.set(ep.state(), q);
        set_state(t, ThreadState::inactive);
        break;
    }
    case ThreadState::blocked_on_notification:
        cancel_signal(t, *static_cast<Notification*>(t.blocked_on));
        break;
    case ThreadState::blocked_on_reply:
        t.fault.type = arch::abi::fault::null_fault;
        // The reply capability, if there is one, is derived from the master in our own slot.
        if (Slot* reply = t.slots[slot_reply].next();
            reply && is_parent(t.slots[slot_reply], *reply)) {
            delete_one(*reply);
        }
        break;
    default:
        break;
    }
}

// ---- Reply capabilities -------------------------------------------------------------------------

void setup_reply_master(Tcb& t) {
    Slot& slot = t.slots[slot_reply];
    if (!slot.empty()) return;
    slot.cap = Cap::reply(phys(&t), true, true);
    slot.prev = nullptr;
    slot.next_and_flags = 0;
    slot.set_flags(true, true);
}

void setup_caller(Tcb& sender, Tcb& receiver, bool grant) {
    set_state(sender, ThreadState::blocked_on_reply);
    insert_derived(Cap::reply(phys(&sender), false, grant), sender.slots[slot_reply],
                   receiver.slots[slot_caller]);
}

void reply_transfer(Tcb& sender, Tcb& receiver, Slot& reply, bool grant) {
    if (receiver.fault.type == arch::abi::fault::null_fault) {
        transfer(sender, nullptr, 0, grant, receiver);
        delete_one(reply);
        set_state(receiver, ThreadState::running);
        possible_switch_to(receiver);
        return;
    }
    delete_one(reply);
    const bool go_on = read_fault_reply(receiver, sender);
    receiver.fault.type = arch::abi::fault::null_fault;
    set_state(receiver, go_on ? ThreadState::restart : ThreadState::inactive);
    if (go_on) possible_switch_to(receiver);
}

}  // namespace mkl::kernel
