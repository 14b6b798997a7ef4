// SPDX-License-Identifier: BSD-2-Clause
// Moving a message: words in registers, words in the IPC buffers, capabilities.
#include "kernel.hpp"

namespace mkl::kernel {

using namespace kapi;

void copy_message(Tcb& from, IpcBuffer* from_buffer, Tcb& to, IpcBuffer* to_buffer, Word length) {
    const Word in_registers = length < msg_registers ? length : msg_registers;
    for (unsigned i = 0; i < in_registers; i++)
        arch::set_message_register(to.context, i, arch::message_register(from.context, i));
    if (!from_buffer || !to_buffer) return;
    for (Word i = msg_registers; i < length; i++) to_buffer->msg[i] = from_buffer->msg[i];
}

namespace {

/// The one empty slot the receiver named, or null.
Slot* receive_slot(Tcb& receiver, const IpcBuffer& buffer) {
    LookupFault fault;
    const Slot* root = lookup_slot(receiver, buffer.receive_cnode, fault);
    if (!root || !root->cap.is(tag_cnode)) return nullptr;
    if (buffer.receive_depth < 1 || buffer.receive_depth > word_bits) return nullptr;
    const Resolved r = resolve(root->cap, buffer.receive_index,
                               static_cast<unsigned>(buffer.receive_depth), fault);
    return r.slot && r.bits_left == 0 && r.slot->empty() ? r.slot : nullptr;
}

/// Capabilities of the endpoint itself arrive as badges, one other as a copy.
MessageInfo transfer_caps(MessageInfo info, Slot* const* extra, unsigned count, Endpoint* ep,
                          Tcb& receiver, IpcBuffer* buffer) {
    if (!buffer || count == 0) return MessageInfo::make(info.label(), 0, 0, info.length());
    Slot* dest = receive_slot(receiver, *buffer);
    Word unwrapped = 0;
    unsigned i = 0;
    for (; i < count; i++) {
        Slot& source = *extra[i];
        if (ep && source.cap.is(tag_endpoint) && source.cap.pa() == phys(ep)) {
            buffer->caps_or_badges[i] = source.cap.badge();
            unwrapped |= Word{1} << i;
            continue;
        }
        if (!dest) break;
        Cap copy = source.cap;
        if (derive(source, copy) != Status::ok || copy.null()) break;
        insert_derived(copy, source, *dest);
        dest = nullptr;
    }
    return MessageInfo::make(info.label(), unwrapped, i, info.length());
}

void transfer_message(Tcb& sender, Endpoint* ep, Word badge, bool grant, Tcb& receiver) {
    IpcBuffer* const out = ipc_buffer(receiver, true);
    IpcBuffer* const in = ipc_buffer(sender, false);
    MessageInfo info = arch::message_info(sender.context);

    Slot* extra[msg_max_extra_caps];
    unsigned count = 0;
    if (grant && in) {
        for (; count < info.extra_caps(); count++) {
            LookupFault fault;
            extra[count] = lookup_slot(sender, in->caps_or_badges[count], fault);
            if (!extra[count]) {
                count = 0;
                break;
            }
        }
    }
    Word length = info.length() < msg_max_length ? info.length() : msg_max_length;
    if (length > msg_registers && (!in || !out)) length = msg_registers;
    copy_message(sender, in, receiver, out, length);
    info = transfer_caps(MessageInfo::make(info.label(), 0, 0, length), extra, count, ep, receiver,
                         out);
    arch::set_message_info(receiver.context, info);
    arch::set_badge(receiver.context, badge);
}

}  // namespace

void transfer(Tcb& sender, Endpoint* ep, Word badge, bool grant, Tcb& receiver) {
    if (sender.fault.type == arch::abi::fault::null_fault) {
        transfer_message(sender, ep, badge, grant, receiver);
        return;
    }
    IpcBuffer* const out = ipc_buffer(receiver, true);
    const Word length = write_fault(sender, receiver, out);
    arch::set_message_info(receiver.context, MessageInfo::make(sender.fault.type, 0, 0, length));
    arch::set_badge(receiver.context, badge);
}

void set_message_word(Tcb& t, IpcBuffer* buffer, Word index, Word value) {
    if (index < msg_registers) {
        arch::set_message_register(t.context, static_cast<unsigned>(index), value);
    } else if (buffer) {
        buffer->msg[index] = value;
    }
}

}  // namespace mkl::kernel
