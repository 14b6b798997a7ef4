// SPDX-License-Identifier: BSD-2-Clause
// From capability addresses to slots: guarded CNodes, as the seL4 manual's chapter 3 describes.
#include "kernel.hpp"

namespace mkl::kernel {

using namespace kapi;

Resolved resolve(Cap root, Word address, unsigned depth, LookupFault& fault) {
    fault = {};
    if (!root.is(tag_cnode)) {
        fault.type = invalid_root;
        return {};
    }
    Cap node = root;
    unsigned left = depth;
    // Invariant: each level takes at least one bit, since a CNode has at least two slots.
    for (;;) {
        const unsigned guard_size = node.guard_size();
        const unsigned level = node.radix() + guard_size;
        const Word guard_mask = (Word{1} << guard_size) - 1;
        const unsigned guard_shift = guard_size <= left ? left - guard_size : 0;
        const Word guard = guard_size ? address >> guard_shift & guard_mask : 0;
        if (guard_size > left || guard != node.guard()) {
            fault = {guard_mismatch, left, guard_size, node.guard()};
            return {};
        }
        if (level > left) {
            fault = {depth_mismatch, left, level, 0};
            return {};
        }
        const Word index = address >> (left - level) & ((Word{1} << node.radix()) - 1);
        Slot* slot = ptr<Slot>(node.pa()) + index;
        left -= level;
        if (left == 0 || !slot->cap.is(tag_cnode)) return {slot, left};
        node = slot->cap;
    }
}

Slot* lookup_slot(Tcb& thread, Word address, LookupFault& fault) {
    if (Slot* quick = quick_slot(thread, address)) return quick;
    return resolve(thread.slots[slot_ctable].cap, address, word_bits, fault).slot;
}

Status lookup_target(bool source, Cap root, Word index, Word depth, Slot*& out) {
    LookupFault fault;
    if (!root.is(tag_cnode)) {
        fault.type = invalid_root;
        return fail_lookup(source, fault);
    }
    if (depth < 1 || depth > word_bits) return fail_range(1, word_bits);
    const Resolved r = resolve(root, index, static_cast<unsigned>(depth), fault);
    if (!r.slot) return fail_lookup(source, fault);
    if (r.bits_left != 0) {
        fault = {depth_mismatch, r.bits_left, 0, 0};
        return fail_lookup(source, fault);
    }
    out = r.slot;
    return Status::ok;
}

Status ensure_empty(const Slot& slot) { return slot.empty() ? Status::ok : fail(delete_first); }

IpcBuffer* ipc_buffer(Tcb& thread, bool writable) {
    const Cap cap = thread.slots[slot_buffer].cap;
    if (!cap.is(tag_frame) || cap.fr_device()) return nullptr;
    const Word needed = writable ? can_read | can_write : Word{can_read};
    if ((cap.fr_rights() & needed) != needed) return nullptr;
    const Word offset = thread.ipc_buffer & ((Word{1} << cap.fr_bits()) - 1);
    return ptr<IpcBuffer>(cap.pa() + offset);
}

// ---- Errors -------------------------------------------------------------------------------------

Status fail(Error code) {
    kernel.error.code = code;
    kernel.error.count = 0;
    return Status::error;
}

Status fail(Error code, Word w0) {
    kernel.error.code = code;
    kernel.error.words[0] = w0;
    kernel.error.count = 1;
    return Status::error;
}

Status fail_range(Word least, Word greatest) {
    kernel.error = {
        range_error, {least, greatest},
         2
    };
    return Status::error;
}

Status fail_lookup(bool source, const LookupFault& fault) {
    ErrorInfo& e = kernel.error;
    e = {
        failed_lookup, {source, fault.type},
         2
    };
    switch (fault.type) {
    case missing_capability:
        e.words[e.count++] = fault.bits_left;
        break;
    case depth_mismatch:
        e.words[e.count++] = fault.bits_left;
        e.words[e.count++] = fault.bits_found;
        break;
    case guard_mismatch:
        e.words[e.count++] = fault.bits_left;
        e.words[e.count++] = fault.guard_found;
        e.words[e.count++] = fault.bits_found;
        break;
    default:
        break;
    }
    return Status::error;
}

}  // namespace mkl::kernel
