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
    const RunQueues& r = kernel.run[t.domain];
    if (t.domain != kernel.domain) return false;
    if (!r.top) return true;
    const unsigned word = 63u - static_cast<unsigned>(__builtin_clzll(r.top));
    const unsigned highest =
        word * word_bits + 63u - static_cast<unsigned>(__builtin_clzll(r.bits[word]));
    return t.priority >= highest;
}

void hand_over(Tcb& from, Tcb& to, Word badge, MessageInfo info) {
    const unsigned length = static_cast<unsigned>(info.length());
    for (unsigned i = 0; i < length; i++)
        arch::set_message_register(to.context, i, arch::message_register(from.context, i));
    arch::set_message_info(to.context, MessageInfo::make(info.label(), 0, 0, length));
    arch::set_badge(to.context, badge);
    to.state = ThreadState::running;
    arch::switch_thread(&from, &to);
    kernel.current = &to;
}

}  // namespace

bool fast_call() {
    Tcb& caller = *kernel.current;
    const MessageInfo info = arch::message_info(caller.context);
    if (!fits_registers(info)) return false;
    const Slot* slot = quick_slot(caller, arch::badge(caller.context));
    if (!slot) return false;
    const Cap& cap = slot->cap;
    if (!cap.is(tag_endpoint) || !cap.has(can_write) || !cap.has(can_grant | can_grant_reply))
        return false;
    Endpoint& ep = *ptr<Endpoint>(cap.pa());
    if (ep.state() != Endpoint::receiving) return false;
    TcbQueue q = ep.queue();
    Tcb& receiver = *q.head;
    Slot& master = caller.slots[slot_reply];
    if (!may_run_next(receiver) || master.next() || !receiver.slots[slot_caller].empty())
        return false;

    remove<&Tcb::wait>(q, receiver);
    ep.set(Endpoint::receiving, q);
    caller.state = ThreadState::blocked_on_reply;
    Slot& reply = receiver.slots[slot_caller];
    reply.cap = Cap::reply(phys(&caller), false, receiver.can_grant);
    reply.prev = &master;
    reply.next_and_flags = 0;
    master.set_next(&reply);
    hand_over(caller, receiver, cap.badge(), info);
    return true;
}

bool fast_reply_receive() {
    Tcb& server = *kernel.current;
    const MessageInfo info = arch::message_info(server.context);
    if (!fits_registers(info)) return false;
    const Slot* slot = quick_slot(server, arch::badge(server.context));
    if (!slot) return false;
    const Cap& cap = slot->cap;
    if (!cap.is(tag_endpoint) || !cap.has(can_read)) return false;
    if (server.bound && server.bound->state() == Notification::active) return false;
    Endpoint& ep = *ptr<Endpoint>(cap.pa());
    if (ep.state() == Endpoint::sending) return false;
    Slot& reply = server.slots[slot_caller];
    if (!reply.cap.is(tag_reply) || reply.cap.reply_master() || reply.next()) return false;
    Tcb& caller = *ptr<Tcb>(reply.cap.pa());
    if (caller.fault.type != arch::abi::fault::null_fault || !may_run_next(caller)) return false;

    server.blocked_on = &ep;
    server.can_grant = cap.has(can_grant);
    server.state = ThreadState::blocked_on_receive;
    TcbQueue q = ep.queue();
    append<&Tcb::wait>(q, server);
    ep.set(Endpoint::receiving, q);
    reply.prev->set_next(nullptr);
    reply = Slot{};
    hand_over(server, caller, 0, info);
    return true;
}

}  // namespace mkl::kernel
