// SPDX-License-Identifier: BSD-2-Clause
// TCB invocations, and the domain capability.
#include "kernel.hpp"

namespace mkl::kernel {

using namespace kapi;
namespace label = arch::abi::label;

namespace {

Tcb& target(const Invocation& in) { return *ptr<Tcb>(in.cap.pa()); }

// ---- Registers ----------------------------------------------------------------------------------

constexpr unsigned context_words = arch::user_context_words;

Status read_registers(Invocation& in) {
    if (in.length < 2) return fail(truncated_message);
    const Word flags = in.arg(0), count = in.arg(1);
    if (count < 1 || count > context_words) return fail_range(1, context_words);
    Tcb& t = target(in);
    if (&t == in.caller) return fail(illegal_operation);
    if (flags & 1) suspend(t);
    IpcBuffer* buffer = ipc_buffer(*in.caller, true);
    Word length = count;
    if (length > msg_registers && !buffer) length = msg_registers;
    for (unsigned i = 0; i < length; i++)
        set_message_word(*in.caller, buffer, i, arch::read_register(t.context, i));
    arch::set_badge(in.caller->context, 0);
    arch::set_message_info(in.caller->context, MessageInfo::make(0, 0, 0, length));
    in.replied = true;
    return Status::ok;
}

Status write_registers(Invocation& in) {
    if (in.length < 2) return fail(truncated_message);
    const Word flags = in.arg(0);
    Word count = in.arg(1);
    if (in.length - 2 < count) return fail(truncated_message);
    Tcb& t = target(in);
    if (&t == in.caller) return fail(illegal_operation);
    if (count > context_words) count = context_words;
    for (unsigned i = 0; i < count; i++) arch::write_register(t.context, i, in.arg(i + 2));
    t.context.pc = t.context.fault_pc;
    if (flags & 1) restart(t);
    return Status::ok;
}

Status copy_registers(Invocation& in) {
    if (in.length < 1 || !in.extra[0]) return fail(truncated_message);
    const Word flags = in.arg(0);
    if (!in.extra[0]->cap.is(tag_thread)) return fail(invalid_capability, 1);
    Tcb& t = target(in);
    Tcb& source = *ptr<Tcb>(in.extra[0]->cap.pa());
    constexpr Word suspend_source = 1, resume_target = 2, frame = 4, integer = 8;
    if (flags & suspend_source) suspend(source);
    if (flags & resume_target) restart(t);
    for (unsigned i = 0; i < context_words; i++) {
        if (flags & (arch::is_frame_register(i) ? frame : integer))
            arch::write_register(t.context, i, arch::read_register(source.context, i));
    }
    if (flags & frame) t.context.pc = t.context.fault_pc;
    if (&t == kernel.current) reschedule();
    return Status::ok;
}

// ---- Spaces -------------------------------------------------------------------------------------

/// A capability that will be stored in a slot of the TCB.
struct NewCap {
    Cap cap;
    Slot* source = nullptr;
};

Status derive_root(Slot& source, Word data, NewCap& out) {
    out.cap = data ? update_data(source.cap, data, false) : source.cap;
    out.source = &source;
    return derive(source, out.cap);
}

Status check_buffer(Slot& source, Word address, NewCap& out) {
    out.cap = source.cap;
    out.source = &source;
    if (const Status s = derive(source, out.cap); s != Status::ok) return s;
    if (!arch::valid_ipc_buffer(out.cap)) return fail(illegal_operation);
    if (address & ((Word{1} << ipc_buffer_bits) - 1)) return fail(alignment_error);
    return Status::ok;
}

/// Replaces the capability in a TCB slot. The new one is only stored if, after the deletion,
/// source and TCB still are what they were (a revoke may have run in between).
Status store(Invocation& in, unsigned index, const NewCap& n) {
    Tcb& t = target(in);
    Slot& slot = t.slots[index];
    if (const Status s = delete_slot(slot); s != Status::ok) return s;
    const Cap self = Cap::thread(phys(&t));
    if (!n.cap.null() && same_object(n.cap, n.source->cap) && same_object(self, in.slot->cap))
        insert_derived(n.cap, *n.source, slot);
    return Status::ok;
}

Status set_spaces(Invocation& in, Word fault_handler, const NewCap& croot, const NewCap& vroot) {
    target(in).fault_handler = fault_handler;
    if (const Status s = store(in, slot_ctable, croot); s != Status::ok) return s;
    if (const Status s = store(in, slot_vtable, vroot); s != Status::ok) return s;
    arch::refresh_vm(kernel.current);
    return Status::ok;
}

Status set_buffer(Invocation& in, Word address, const NewCap& buffer) {
    if (const Status s = delete_slot(target(in).slots[slot_buffer]); s != Status::ok) return s;
    target(in).ipc_buffer = address;
    if (!buffer.cap.null()) {
        if (const Status s = store(in, slot_buffer, buffer); s != Status::ok) return s;
    }
    if (&target(in) == kernel.current) reschedule();
    return Status::ok;
}

Status check_spaces(Invocation& in, Word croot_data, Word vroot_data, NewCap& croot,
                    NewCap& vroot) {
    Tcb& t = target(in);
    if (long_running_delete(t.slots[slot_ctable]) || long_running_delete(t.slots[slot_vtable]))
        return fail(illegal_operation);
    if (const Status s = derive_root(*in.extra[0], croot_data, croot); s != Status::ok) return s;
    if (!croot.cap.is(tag_cnode)) return fail(illegal_operation);
    if (const Status s = derive_root(*in.extra[1], vroot_data, vroot); s != Status::ok) return s;
    return arch::valid_vspace(vroot.cap) ? Status::ok : fail(illegal_operation);
}

Status configure(Invocation& in) {
    if (in.length < 4 || !in.extra[0] || !in.extra[1] || !in.extra[2])
        return fail(truncated_message);
    const Word fault_handler = in.arg(0), address = in.arg(3);
    NewCap croot, vroot, buffer;
    if (address != 0) {
        if (const Status s = check_buffer(*in.extra[2], address, buffer); s != Status::ok) return s;
    }
    if (const Status s = check_spaces(in, in.arg(1), in.arg(2), croot, vroot); s != Status::ok)
        return s;
    if (const Status s = set_spaces(in, fault_handler, croot, vroot); s != Status::ok) return s;
    return set_buffer(in, address, buffer);
}

Status set_space(Invocation& in) {
    if (in.length < 3 || !in.extra[0] || !in.extra[1]) return fail(truncated_message);
    const Word fault_handler = in.arg(0);
    NewCap croot, vroot;
    if (const Status s = check_spaces(in, in.arg(1), in.arg(2), croot, vroot); s != Status::ok)
        return s;
    return set_spaces(in, fault_handler, croot, vroot);
}

Status set_ipc_buffer(Invocation& in) {
    if (in.length < 1 || !in.extra[0]) return fail(truncated_message);
    const Word address = in.arg(0);
    NewCap buffer;
    if (address != 0) {
        if (const Status s = check_buffer(*in.extra[0], address, buffer); s != Status::ok) return s;
    }
    return set_buffer(in, address, buffer);
}

// ---- Priorities ---------------------------------------------------------------------------------

Status check_priority(Word priority, const Slot& authority) {
    if (!authority.cap.is(tag_thread)) return fail(invalid_capability, 1);
    const unsigned most = ptr<Tcb>(authority.cap.pa())->max_priority;
    return priority > most ? fail_range(0, most) : Status::ok;
}

Status set_priorities(Invocation& in) {
    const bool both = in.label == label::tcb_set_sched_params;
    if (in.length < (both ? 2u : 1u) || !in.extra[0]) return fail(truncated_message);
    const bool max = both || in.label == label::tcb_set_mc_priority;
    const bool own = both || in.label == label::tcb_set_priority;
    const Word first = in.arg(0), last = in.arg(both ? 1 : 0);
    if (const Status s = check_priority(first, *in.extra[0]); s != Status::ok) return s;
    if (const Status s = check_priority(last, *in.extra[0]); s != Status::ok) return s;
    if (max) set_max_priority(target(in), static_cast<unsigned>(first));
    if (own) set_priority(target(in), static_cast<unsigned>(last));
    return Status::ok;
}

// ---- Others -------------------------------------------------------------------------------------

Status bind_notification(Invocation& in) {
    if (!in.extra[0]) return fail(truncated_message);
    Tcb& t = target(in);
    if (t.bound) return fail(illegal_operation);
    const Cap cap = in.extra[0]->cap;
    if (!cap.is(tag_notification) || !cap.has(can_read)) return fail(illegal_operation);
    Notification& n = *ptr<Notification>(cap.pa());
    if (n.bound || n.state() == Notification::waiting) return fail(illegal_operation);
    bind(t, n);
    return Status::ok;
}

Status set_flags(Invocation& in) {
    if (in.length < 2) return fail(truncated_message);
    Tcb& t = target(in);
    t.flags = static_cast<uint32_t>(((t.flags & ~in.arg(0)) | in.arg(1)) & tcb_flag_fpu_disabled);
    arch::set_fpu_disabled(t, t.flags & tcb_flag_fpu_disabled);
    in.answer(t.flags);
    return Status::ok;
}

}  // namespace

Status invoke_tcb(Invocation& in) {
    Tcb& t = target(in);
    switch (in.label) {
    case label::tcb_read_registers:
        return read_registers(in);
    case label::tcb_write_registers:
        return write_registers(in);
    case label::tcb_copy_registers:
        return copy_registers(in);
    case label::tcb_configure:
        return configure(in);
    case label::tcb_set_priority:
    case label::tcb_set_mc_priority:
    case label::tcb_set_sched_params:
        return set_priorities(in);
    case label::tcb_set_ipc_buffer:
        return set_ipc_buffer(in);
    case label::tcb_set_space:
        return set_space(in);
    case label::tcb_suspend:
        suspend(t);
        return Status::ok;
    case label::tcb_resume:
        restart(t);
        return Status::ok;
    case label::tcb_bind_notification:
        return bind_notification(in);
    case label::tcb_unbind_notification:
        if (!t.bound) return fail(illegal_operation);
        unbind(t);
        return Status::ok;
    case label::tcb_set_tls_base:
        if (in.length < 1) return fail(truncated_message);
        arch::set_tls_base(t.context, in.arg(0));
        if (&t == kernel.current) arch::load_tls_base(t.context);
        return Status::ok;
    case label::tcb_set_flags:
        return set_flags(in);
    default:
        return fail(illegal_operation);
    }
}

// ---- Domains ------------------------------------------------------------------------------------

namespace {

Status configure_schedule(Invocation& in) {
    if (in.length < 3) return fail(truncated_message);
    const Word index = in.arg(0), domain = in.arg(1), duration = in.arg(2);
    // The last entry always ends the schedule.
    if (index >= domain_schedule_size - 1) return fail_range(0, domain_schedule_size - 2);
    if (domain >= kernel.num_domains) return fail_range(0, kernel.num_domains - 1);
    if (duration >> 56) return fail(invalid_argument, 2);
    // The entry that the schedule starts from must not become the end marker.
    if (duration == 0 && index == kernel.domain_start) return fail(invalid_argument, 2);
    kernel.domain_schedule[index] = {duration, static_cast<uint8_t>(domain)};
    return Status::ok;
}

Status set_schedule_start(Invocation& in) {
    if (in.length < 1) return fail(truncated_message);
    const Word index = in.arg(0);
    if (index >= domain_schedule_size) return fail_range(0, domain_schedule_size - 1);
    if (kernel.domain_schedule[index].duration == 0) return fail(invalid_argument, 0);
    kernel.domain_start = static_cast<unsigned>(index);
    kernel.domain_index = kernel.domain_start;
    kernel.domain = kernel.domain_schedule[index].domain;
    kernel.domain_ticks = kernel.domain_schedule[index].duration;
    reschedule();
    return Status::ok;
}

}  // namespace

Status invoke_domain(Invocation& in) {
    switch (in.label) {
    case label::domain_set_set: {
        if (in.length < 1) return fail(truncated_message);
        const Word domain = in.arg(0);
        if (domain >= kernel.num_domains) return fail(invalid_argument, 0);
        if (!in.extra[0]) return fail(truncated_message);
        if (!in.extra[0]->cap.is(tag_thread)) return fail(invalid_argument, 1);
        set_domain(*ptr<Tcb>(in.extra[0]->cap.pa()), static_cast<unsigned>(domain));
        return Status::ok;
    }
    case label::domain_schedule_configure:
        return configure_schedule(in);
    case label::domain_schedule_set_start:
        return set_schedule_start(in);
    default:
        return fail(illegal_operation);
    }
}

}  // namespace mkl::kernel
