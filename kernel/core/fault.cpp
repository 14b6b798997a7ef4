// SPDX-License-Identifier: BSD-2-Clause
// Faults of user threads: sent to the fault handler as a call, or the thread stops.
#include "debug.hpp"
#include "kernel.hpp"

namespace mkl::kernel {

using namespace kapi;
namespace fault_label = arch::abi::fault;

Fault cap_fault(Word address, bool receiving, const LookupFault& lookup) {
    Fault f;
    f.type = fault_label::cap_fault;
    f.words[0] = address;
    f.words[1] = receiving;
    f.lookup = lookup;
    return f;
}

void raise_fault(Tcb& t, const Fault& fault) {
    LookupFault lookup;
    const Slot* handler = lookup_slot(t, t.fault_handler, lookup);
    const Cap cap = handler ? handler->cap : Cap{};
    if (cap.is(tag_endpoint) && cap.has(can_write) && cap.has(can_grant | can_grant_reply)) {
        t.fault = fault;
        send_ipc(t, *ptr<Endpoint>(cap.pa()),
                 {.blocking = true,
                  .call = true,
                  .badge = cap.badge(),
                  .can_grant = cap.has(can_grant),
                  .can_grant_reply = cap.has(can_grant_reply)});
        return;
    }
    debug::report_unhandled(t, fault);
    set_state(t, ThreadState::inactive);
}

namespace {

Word write_cap_fault(Tcb& from, Tcb& to, IpcBuffer* b) {
    const Fault& f = from.fault;
    set_message_word(to, b, cap_fault_ip, from.context.fault_pc);
    set_message_word(to, b, cap_fault_addr, f.words[0]);
    set_message_word(to, b, cap_fault_in_recv_phase, f.words[1]);
    set_message_word(to, b, cap_fault_lookup_failure, f.lookup.type);
    switch (f.lookup.type) {
    case missing_capability:
        set_message_word(to, b, cap_fault_bits_left, f.lookup.bits_left);
        return cap_fault_bits_left + 1;
    case depth_mismatch:
        set_message_word(to, b, cap_fault_bits_left, f.lookup.bits_left);
        set_message_word(to, b, cap_fault_bits_left + 1, f.lookup.bits_found);
        return cap_fault_bits_left + 2;
    case guard_mismatch:
        set_message_word(to, b, cap_fault_bits_left, f.lookup.bits_left);
        set_message_word(to, b, cap_fault_guard_found, f.lookup.guard_found);
        set_message_word(to, b, cap_fault_bits_found, f.lookup.bits_found);
        return cap_fault_bits_found + 1;
    default:
        return cap_fault_lookup_failure + 1;
    }
}

}  // namespace

Word write_fault(Tcb& from, Tcb& to, IpcBuffer* buffer) {
    const Fault& f = from.fault;
    Word length = 0;
    if (f.type == fault_label::cap_fault) {
        length = write_cap_fault(from, to, buffer);
    } else if (f.type == fault_label::vm_fault) {
        set_message_word(to, buffer, vm_fault_ip, from.context.fault_pc);
        set_message_word(to, buffer, vm_fault_addr, f.words[0]);
        set_message_word(to, buffer, vm_fault_prefetch, f.instruction);
        set_message_word(to, buffer, vm_fault_fsr, f.words[1]);
        length = vm_fault_length;
    } else {
        length = arch::fault_message_length(f);
        for (unsigned i = 0; i < length; i++)
            set_message_word(to, buffer, i, arch::fault_message_word(from, f, i));
    }
    return length > msg_registers && !buffer ? msg_registers : length;
}

bool read_fault_reply(Tcb& faulted, Tcb& answering) {
    const Fault& f = faulted.fault;
    if (f.type == fault_label::cap_fault || f.type == fault_label::vm_fault) return true;
    const MessageInfo info = arch::message_info(answering.context);
    const IpcBuffer* buffer = ipc_buffer(answering, false);
    const Word most = arch::fault_message_length(f);
    const Word length = info.length() < most ? info.length() : most;
    for (unsigned i = 0; i < length; i++) {
        if (i >= msg_registers && !buffer) break;
        const Word value =
            i < msg_registers ? arch::message_register(answering.context, i) : buffer->msg[i];
        arch::fault_reply_word(faulted, f, i, value);
    }
    return info.label() == 0;
}

}  // namespace mkl::kernel
