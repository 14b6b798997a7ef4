// SPDX-License-Identifier: BSD-2-Clause
// The capability derivation tree as one list.
//
// All slots in use form doubly linked lists in preorder: what is derived from a capability
// follows it directly. Depth is not stored. A slot is an ancestor of those behind it as long as
// it is `revocable` and they lie in its region; for badged capabilities `first_badged` marks
// where a new badge begins, so that two subtrees of one badge that came from different mints
// stay apart.
#include "kernel.hpp"

namespace mkl::kernel {

using namespace kapi;

bool is_parent(const Slot& parent, const Slot& child) {
    if (!parent.revocable() || !same_region(parent.cap, child.cap)) return false;
    if (parent.cap.is(tag_endpoint) || parent.cap.is(tag_notification)) {
        const Word badge = parent.cap.badge();
        return badge == 0 || (badge == child.cap.badge() && !child.first_badged());
    }
    return true;
}

bool has_children(const Slot& slot) {
    const Slot* next = slot.next();
    return next && is_parent(slot, *next);
}

Status ensure_no_children(const Slot& slot) {
    return has_children(slot) ? fail(revoke_first) : Status::ok;
}

namespace {

void link_after(Slot& where, Slot& slot, bool revocable, bool first_badged) {
    slot.prev = &where;
    slot.next_and_flags = 0;
    slot.set_next(where.next());
    slot.set_flags(revocable, first_badged);
    if (Slot* next = where.next()) next->prev = &slot;
    where.set_next(&slot);
}

}  // namespace

void insert_derived(Cap cap, Slot& source, Slot& dest) {
    // A copy of an untyped stands for all of it: nothing more may be made from the source.
    if (source.cap.is(tag_untyped) && cap.is(tag_untyped) && source.cap.pa() == cap.pa() &&
        source.cap.ut_bits() == cap.ut_bits()) {
        source.cap.set_ut_free(Word{1} << cap.ut_bits());
    }
    const bool subtree = starts_subtree(cap, source.cap);
    dest.cap = cap;
    link_after(source, dest, subtree, subtree);
}

void insert_child(Slot& parent, Slot& dest, Cap cap) {
    dest.cap = cap;
    link_after(parent, dest, true, true);
}

void move_cap(Cap cap, Slot& source, Slot& dest) {
    dest.cap = cap;
    dest.prev = source.prev;
    dest.next_and_flags = source.next_and_flags;
    source.cap = {};
    source.prev = nullptr;
    source.next_and_flags = 0;
    if (dest.prev) dest.prev->set_next(&dest);
    if (Slot* next = dest.next()) next->prev = &dest;
}

void swap_caps(Cap cap1, Slot& slot1, Cap cap2, Slot& slot2) {
    slot1.cap = cap2;
    slot2.cap = cap1;

    const Slot old1 = slot1;
    if (old1.prev) old1.prev->set_next(&slot2);
    if (Slot* next = old1.next()) next->prev = &slot2;

    // Read only now: if the two are neighbours, the lines above changed slot2's links.
    const Slot old2 = slot2;
    slot1.prev = old2.prev;
    slot1.next_and_flags = old2.next_and_flags;
    slot2.prev = old1.prev;
    slot2.next_and_flags = old1.next_and_flags;
    if (old2.prev) old2.prev->set_next(&slot1);
    if (Slot* next = old2.next()) next->prev = &slot1;
}

bool last_reference(const Slot& slot) {
    // Capabilities to one object are neighbours in the list.
    if (slot.prev && same_object(slot.prev->cap, slot.cap)) return false;
    const Slot* next = slot.next();
    return !next || !same_object(slot.cap, next->cap);
}

Status derive(const Slot& source, Cap& cap) {
    switch (cap.type()) {
    case tag_null:
    case tag_zombie:
    case tag_irq_control:
    case tag_reply:
        cap = {};
        return Status::ok;
    case tag_untyped:
        return ensure_no_children(source);
    case tag_frame:
    case tag_page_table:
    case tag_vspace:
    case tag_asid_control:
    case tag_asid_pool:
        return arch::derive(cap);
    default:
        return Status::ok;
    }
}

}  // namespace mkl::kernel
