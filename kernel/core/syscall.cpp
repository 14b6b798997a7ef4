// SPDX-License-Identifier: BSD-2-Clause
// System calls. Calling conventions: capdl-independent part of seL4's manual, chapter 10; the
// numbers are the ABI's.
#include "debug.hpp"
#include "kernel.hpp"

namespace mkl::kernel {

using namespace kapi;
namespace sys = arch::abi::sys;

namespace {

void invoke_endpoint(const Invocation& in) {
    send_ipc(*in.caller, *ptr<Endpoint>(in.cap.pa()),
             {.blocking = in.blocking,
              .call = in.call,
              .badge = in.cap.badge(),
              .can_grant = in.cap.has(can_grant),
              .can_grant_reply = in.cap.has(can_grant_reply)});
}

Status dispatch(Invocation& in) {
    const Cap cap = in.cap;
    Tcb& caller = *in.caller;
    switch (cap.type()) {
    case tag_endpoint:
        if (!cap.has(can_write)) return fail(invalid_capability, 0);
        set_state(caller, ThreadState::restart);
        in.replied = true;
        invoke_endpoint(in);
        if (caller.state == ThreadState::restart) set_state(caller, ThreadState::running);
        return Status::ok;
    case tag_notification:
        if (!cap.has(can_write)) return fail(invalid_capability, 0);
        send_signal(*ptr<Notification>(cap.pa()), cap.badge());
        return Status::ok;
    case tag_reply: {
        if (cap.reply_master()) return fail(invalid_capability, 0);
        in.replied = true;
        reply_transfer(caller, *ptr<Tcb>(cap.pa()), *in.slot, cap.reply_grant());
        return Status::ok;
    }
    case tag_untyped:
        return invoke_untyped(in);
    case tag_cnode:
        return invoke_cnode(in);
    case tag_thread:
        return invoke_tcb(in);
    case tag_irq_control:
        return invoke_irq_control(in);
    case tag_irq_handler:
        return invoke_irq_handler(in);
    case tag_domain:
        return invoke_domain(in);
    case tag_null:
    case tag_zombie:
        return fail(invalid_capability, 0);
    default:
        return arch::decode(in);
    }
}

void reply_error(Tcb& t) {
    IpcBuffer* buffer = ipc_buffer(t, true);
    const ErrorInfo& e = kernel.error;
    const unsigned count = e.count > msg_registers && !buffer ? unsigned{msg_registers} : e.count;
    for (unsigned i = 0; i < count; i++) set_message_word(t, buffer, i, e.words[i]);
    arch::set_badge(t.context, 0);
    arch::set_message_info(t.context, MessageInfo::make(e.code, 0, 0, count));
}

void reply_success(Tcb& t, const Invocation& in) {
    for (unsigned i = 0; i < in.reply_length; i++)
        arch::set_message_register(t.context, i, in.reply[i]);
    arch::set_badge(t.context, 0);
    arch::set_message_info(t.context, MessageInfo::make(0, 0, 0, in.reply_length));
}

/// Finds what the call is about. False: the thread has a fault (raised if `in.blocking`).
bool decode_call(Invocation& in) {
    Tcb& caller = *in.caller;
    const MessageInfo info = arch::message_info(caller.context);
    in.cptr = arch::badge(caller.context);
    LookupFault fault;
    in.slot = lookup_slot(caller, in.cptr, fault);
    if (!in.slot) {
        if (in.blocking) raise_fault(caller, cap_fault(in.cptr, false, fault));
        return false;
    }
    in.cap = in.slot->cap;
    in.buffer = ipc_buffer(caller, false);
    in.label = info.label();
    in.length = info.length() < msg_max_length ? info.length() : msg_max_length;
    if (!in.buffer && in.length > msg_registers) in.length = msg_registers;
    for (Slot*& e : in.extra) e = nullptr;
    if (!in.buffer) return true;
    for (unsigned i = 0; i < info.extra_caps(); i++) {
        in.extra[i] = lookup_slot(caller, in.buffer->caps_or_badges[i], fault);
        if (in.extra[i]) continue;
        if (in.blocking) raise_fault(caller, cap_fault(in.buffer->caps_or_badges[i], false, fault));
        return false;
    }
    return true;
}

/// A signal here or to another CPU, or a send to nothing: no answer, no words. False: neither.
bool plain_signal(Tcb& caller) {
    if (arch::message_info(caller.context).extra_caps()) return false;
    const Slot* slot = quick_slot(caller, arch::badge(caller.context));
    if (!slot) return false;
    const Cap cap = slot->cap;
    if (cap.null()) return true;
    if (cap.is(tag_sgi_signal)) {
        arch::send_sgi(cap.sgi_id(), cap.sgi_target());
        return true;
    }
    if (!cap.is(tag_notification)) return false;
    if (cap.has(can_write)) send_signal(*ptr<Notification>(cap.pa()), cap.badge());
    return true;
}

void handle_invocation(bool call, bool blocking) {
    Tcb& caller = *kernel.current;
    if (!call && plain_signal(caller)) return;
    Invocation in;  // NOLINT(cppcoreguidelines-pro-type-member-init): see there
    in.caller = &caller;
    in.call = call;
    in.blocking = blocking;
    if (!decode_call(in)) return;
    const bool ipc = in.cap.is(tag_endpoint) || in.cap.is(tag_reply);
    // While it works the caller is in `restart`: an operation that is preempted repeats it.
    if (!ipc) set_state(caller, ThreadState::restart);
    const Status status = dispatch(in);
    switch (status) {
    case Status::preempted:
        return;
    case Status::error:
        if (call) reply_error(caller);
        if (caller.state == ThreadState::restart) set_state(caller, ThreadState::running);
        return;
    case Status::ok:
        if (ipc || caller.state != ThreadState::restart) return;
        if (call && !in.replied) reply_success(caller, in);
        set_state(caller, ThreadState::running);
        return;
    }
}

void handle_reply() {
    Tcb& caller = *kernel.current;
    Slot& slot = caller.slots[slot_caller];
    if (!slot.cap.is(tag_reply) || slot.cap.reply_master()) return;
    reply_transfer(caller, *ptr<Tcb>(slot.cap.pa()), slot, slot.cap.reply_grant());
}

void handle_receive(bool blocking) {
    Tcb& t = *kernel.current;
    const Word cptr = arch::badge(t.context);
    LookupFault fault;
    const Slot* slot = lookup_slot(t, cptr, fault);
    if (!slot) {
        raise_fault(t, cap_fault(cptr, true, fault));
        return;
    }
    const Cap cap = slot->cap;
    if (cap.is(tag_endpoint) && cap.has(can_read)) {
        delete_one(t.slots[slot_caller]);
        receive_ipc(t, cap, blocking);
    } else if (cap.is(tag_notification) && cap.has(can_read) &&
               (!ptr<Notification>(cap.pa())->bound || ptr<Notification>(cap.pa())->bound == &t)) {
        receive_signal(t, cap, blocking);
    } else {
        fault = {missing_capability, 0, 0, 0};
        raise_fault(t, cap_fault(cptr, true, fault));
    }
}

void handle_yield() {
    if (!kernel.run_top[kernel.domain]) return;  // nobody else could run
    Tcb& t = *kernel.current;
    enqueue_last(t);
    reschedule();
}

}  // namespace

void handle_syscall(int64_t number) {
    switch (number) {
    case sys::call:
        handle_invocation(true, true);
        break;
    case sys::reply_recv:
        handle_reply();
        handle_receive(true);
        break;
    case sys::send:
        handle_invocation(false, true);
        break;
    case sys::nb_send:
        handle_invocation(false, false);
        break;
    case sys::recv:
        handle_receive(true);
        break;
    case sys::reply:
        handle_reply();
        break;
    case sys::yield:
        handle_yield();
        break;
    case sys::nb_recv:
        handle_receive(false);
        break;
    default: {
        if constexpr (debug_build)
            if (debug::handle_syscall(number)) break;
        Fault fault;
        fault.type = arch::abi::fault::unknown_syscall;
        fault.words[0] = static_cast<Word>(number);
        raise_fault(*kernel.current, fault);
        break;
    }
    }
}

void handle_user_fault(const Fault& fault) { raise_fault(*kernel.current, fault); }

}  // namespace mkl::kernel
