// SPDX-License-Identifier: BSD-2-Clause
// CNode invocations.
#include "kernel.hpp"

namespace mkl::kernel {

using namespace kapi;
namespace label = arch::abi::label;

namespace {

/// Copy, Mint, Move, Mutate: one capability from a source slot to the empty `dest`.
Status put_cap(Invocation& in, Slot& dest) {
    if (in.length < 4 || !in.extra[0]) return fail(truncated_message);
    const Word depth = in.arg(3);
    if (const Status s = ensure_empty(dest); s != Status::ok) return s;
    Slot* source = nullptr;
    if (const Status s = lookup_target(true, in.extra[0]->cap, in.arg(2), depth, source);
        s != Status::ok) {
        return s;
    }
    if (source->empty())
        return fail_lookup(true, {missing_capability, static_cast<unsigned>(depth), 0, 0});

    Cap cap = source->cap;
    bool move = false;
    switch (in.label) {
    case label::cnode_copy:
        if (in.length < 5) return fail(truncated_message);
        cap = mask_rights(cap, in.arg(4));
        break;
    case label::cnode_mint:
        if (in.length < 6) return fail(truncated_message);
        cap = update_data(mask_rights(cap, in.arg(4)), in.arg(5), false);
        break;
    case label::cnode_mutate:
        if (in.length < 5) return fail(truncated_message);
        cap = update_data(cap, in.arg(4), true);
        move = true;
        break;
    default:
        move = true;
        break;
    }
    if (!move) {
        if (const Status s = derive(*source, cap); s != Status::ok) return s;
    }
    if (cap.null()) return fail(illegal_operation);
    if (move) {
        move_cap(cap, *source, dest);
    } else {
        insert_derived(cap, *source, dest);
    }
    return Status::ok;
}

Status save_caller(Invocation& in, Slot& dest) {
    if (const Status s = ensure_empty(dest); s != Status::ok) return s;
    Slot& caller = in.caller->slots[slot_caller];
    if (caller.cap.is(tag_reply) && !caller.cap.reply_master()) move_cap(caller.cap, caller, dest);
    return Status::ok;
}

Status cancel_sends(Slot& dest) {
    constexpr Word all = can_read | can_write | can_grant | can_grant_reply;
    if (!dest.cap.is(tag_endpoint) || (dest.cap.rights() & all) != all)
        return fail(illegal_operation);
    if (dest.cap.badge() == 0) return Status::ok;
    return cancel_badged_sends(*ptr<Endpoint>(dest.cap.pa()), dest.cap.badge());
}

/// dest <- pivot <- source, each with new data; dest may be source (a swap).
Status rotate(Invocation& in, Slot& dest) {
    if (in.length < 8 || !in.extra[0] || !in.extra[1]) return fail(truncated_message);
    const Word pivot_data = in.arg(2), pivot_depth = in.arg(4);
    const Word source_data = in.arg(5), source_depth = in.arg(7);
    Slot *source = nullptr, *pivot = nullptr;
    Status s = lookup_target(true, in.extra[1]->cap, in.arg(6), source_depth, source);
    if (s != Status::ok) return s;
    s = lookup_target(false, in.extra[0]->cap, in.arg(3), pivot_depth, pivot);
    if (s != Status::ok) return s;
    if (pivot == source || pivot == &dest) return fail(illegal_operation);
    if (source != &dest) {
        s = ensure_empty(dest);
        if (s != Status::ok) return s;
    }
    if (source->empty())
        return fail_lookup(true, {missing_capability, static_cast<unsigned>(source_depth), 0, 0});
    if (pivot->empty())
        return fail_lookup(false, {missing_capability, static_cast<unsigned>(pivot_depth), 0, 0});
    const Cap new_source = update_data(source->cap, source_data, true);
    const Cap new_pivot = update_data(pivot->cap, pivot_data, true);
    if (new_source.null() || new_pivot.null()) return fail(illegal_operation);
    if (source == &dest) {
        swap_caps(new_source, *source, new_pivot, *pivot);
    } else {
        move_cap(new_pivot, *pivot, dest);
        move_cap(new_source, *source, *pivot);
    }
    return Status::ok;
}

}  // namespace

Status invoke_cnode(Invocation& in) {
    if (in.label < label::cnode_revoke || in.label > label::cnode_save_caller)
        return fail(illegal_operation);
    if (in.length < 2) return fail(truncated_message);
    Slot* dest = nullptr;
    if (const Status s = lookup_target(false, in.cap, in.arg(0), in.arg(1), dest);
        s != Status::ok) {
        return s;
    }
    switch (in.label) {
    case label::cnode_revoke:
        return revoke(*dest);
    case label::cnode_delete:
        return delete_slot(*dest);
    case label::cnode_cancel_badged_sends:
        return cancel_sends(*dest);
    case label::cnode_rotate:
        return rotate(in, *dest);
    case label::cnode_save_caller:
        return save_caller(in, *dest);
    default:
        return put_cap(in, *dest);
    }
}

}  // namespace mkl::kernel
