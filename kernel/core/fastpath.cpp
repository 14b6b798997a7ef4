// SPDX-License-Identifier: BSD-2-Clause
// Call and ReplyRecv when nothing is out of the ordinary: a message that fits the registers,
// nobody of higher priority waiting, a partner that waits. Everything is checked before anything
// is changed; what does not fit goes the general way, with the same result.
#include "kernel.hpp"

namespace mkl::kernel {

using namespace kapi;

namespace {

bool fits_registers(MessageInfo info) {
    return info.extra_caps() == 0 && info.length() <= msg_registers;
}

/// Would be chosen by the scheduler if the current thread blocks now.
[[gnu::always_inline]] inline bool may_run_next(const Tcb& t) {
    if (t.domain != kernel.domain) return false;
    const Word top = kernel.run_top[t.domain];
    if (!top) return true;
    const unsigned word = 63u - static_cast<unsigned>(__builtin_clzll(top));
    const Word bits = kernel.run[t.domain].bits[word];
    return t.priority >= word * word_bits + 63u - static_cast<unsigned>(__builtin_clzll(bits));
}

/// No more than the message is copied: what else stands in the sender's registers is its own.
[[gnu::always_inline]] inline void copy_registers(const Tcb& from, Tcb& to, unsigned length) {
    if (length == 0) return;
    const Word first = arch::message_register(from.context, 0);
    arch::set_message_register(to.context, 0, first);
    if (length == msg_registers) {
        for (unsigned i = 1; i < msg_registers; i++)
            arch::set_message_register(to.context, i, arch::message_register(from.context, i));
        return;
    }
    for (unsigned i = 1; i < length; i++)
        arch::set_message_register(to.context, i, arch::message_register(from.context, i));
}

[[gnu::always_inline]] inline Tcb* hand_over(Tcb& from, Tcb& to, Word badge, MessageInfo info) {
    copy_registers(from, to, static_cast<unsigned>(info.length()));
    arch::set_message_info(to.context, MessageInfo::make(info.label(), 0, 0, info.length()));
    arch::set_badge(to.context, badge);
    to.state = ThreadState::running;
    arch::switch_thread(&from, &to);
    kernel.current = &to;
    return &to;
}

/// Takes the first receiver off the queue.
[[gnu::always_inline]] inline void take_head(Endpoint& ep, Tcb& receiver) {
    Tcb* next = receiver.wait.next;
    ep.head_word = reinterpret_cast<Word>(next);
    if (next) {
        next->wait.prev = nullptr;
    } else {
        ep.tail_word = Endpoint::idle;
    }
    receiver.wait = {};
}

}  // namespace

Tcb* fast_call(Tcb& caller) {
    const MessageInfo info = arch::message_info(caller.context);
    if (!fits_registers(info)) return nullptr;
    const Slot* slot = quick_slot(caller, arch::badge(caller.context));
    if (!slot) return nullptr;
    const Cap& cap = slot->cap;
    if (!cap.is(tag_endpoint) || !cap.has(can_write) || !cap.has(can_grant | can_grant_reply))
        return nullptr;
    Endpoint& ep = *ptr<Endpoint>(cap.pa());
    if (ep.state() != Endpoint::receiving) return nullptr;
    Tcb& receiver = *reinterpret_cast<Tcb*>(ep.head_word);
    Slot& master = caller.slots[slot_reply];
    Slot& reply = receiver.slots[slot_caller];
    if (!may_run_next(receiver) || master.next() || !reply.empty()) return nullptr;

    take_head(ep, receiver);
    caller.state = ThreadState::blocked_on_reply;
    reply.cap = Cap::reply(phys(&caller), false, receiver.can_grant);
    reply.prev = &master;
    reply.next_and_flags = 0;
    master.set_next(&reply);
    return hand_over(caller, receiver, cap.badge(), info);
}

Tcb* fast_reply_receive(Tcb& server) {
    const MessageInfo info = arch::message_info(server.context);
    if (!fits_registers(info)) return nullptr;
    const Slot* slot = quick_slot(server, arch::badge(server.context));
    if (!slot) return nullptr;
    const Cap& cap = slot->cap;
    if (!cap.is(tag_endpoint) || !cap.has(can_read)) return nullptr;
    if (server.bound && server.bound->state() == Notification::active) return nullptr;
    Endpoint& ep = *ptr<Endpoint>(cap.pa());
    if (ep.state() == Endpoint::sending) return nullptr;
    Slot& reply = server.slots[slot_caller];
    if (!reply.cap.is(tag_reply) || reply.cap.reply_master() || reply.next()) return nullptr;
    Tcb& caller = *ptr<Tcb>(reply.cap.pa());
    if (caller.fault.type != arch::abi::fault::null_fault || !may_run_next(caller)) return nullptr;

    server.blocked_on = &ep;
    server.can_grant = cap.has(can_grant);
    server.state = ThreadState::blocked_on_receive;
    TcbQueue q = ep.queue();
    append<&Tcb::wait>(q, server);
    ep.head_word = reinterpret_cast<Word>(q.head);
    ep.tail_word = reinterpret_cast<Word>(q.tail) | Endpoint::receiving;
    reply.prev->set_next(nullptr);
    reply = Slot{};
    return hand_over(server, caller, 0, info);
}

}  // namespace mkl::kernel
