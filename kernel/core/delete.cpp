// SPDX-License-Identifier: BSD-2-Clause
// Deleting and revoking. A CNode or TCB that loses its last capability becomes a zombie: the
// capability stays and its slots are emptied one by one, last first, with a preemption point
// after each. A zombie met inside a zombie is not entered: it changes places with the first slot
// of its own object, so the recursion is delete_slot -> reduce_zombie -> delete_slot and no
// deeper. Such a zombie, in its own first slot, cannot be reached from any CSpace any more; what
// it still holds goes when an ancestor is revoked (seL4 does the same).
#include "kernel.hpp"

namespace mkl::kernel {

using namespace kapi;

namespace {

struct Finalised {
    Cap remainder;  // null: the capability can go
    Cap cleanup;    // IRQ handler whose line is released once the slot is empty
};

Finalised finalise(Cap cap, bool final) {
    switch (cap.type()) {
    case tag_endpoint:
        return {};  // nobody waits any more: release_waiters()
    case tag_notification:
        if (final) unbind_from(*ptr<Notification>(cap.pa()));
        return {};
    case tag_cnode:
        if (!final) return {};
        return {Cap::zombie(cap.pa(), false, cap.radix(), Word{1} << cap.radix()), {}};
    case tag_thread:
        if (final) {
            Tcb& t = *ptr<Tcb>(cap.pa());
            unbind(t);
            suspend(t);
            arch::release_fpu(t);
            return {Cap::zombie(cap.pa(), true, 0, tcb_slots), {}};
        }
        return {};
    case tag_zombie:
        return {cap, {}};
    case tag_irq_handler:
        if (final) {
            delete_one(kernel.irq_slots[cap.irq()]);
            return {{}, cap};
        }
        return {};
    case tag_frame:
    case tag_page_table:
    case tag_vspace:
    case tag_asid_pool:
        arch::finalise(cap, final);
        return {};
    default:
        return {};
    }
}

bool removable(Cap cap, const Slot& slot) {
    if (cap.null()) return true;
    return cap.zombie_left() == 0 || (cap.zombie_left() == 1 && cap.zombie_slots() == &slot);
}

bool holds_itself(Cap cap, const Slot& slot) {
    return cap.is(tag_zombie) && cap.zombie_slots() == &slot;
}

void empty_slot(Slot& slot, Cap cleanup) {
    if (slot.empty()) return;
    Slot* next = slot.next();
    if (slot.prev) slot.prev->set_next(next);
    if (next) {
        next->prev = slot.prev;
        if (slot.first_badged()) next->set_flags(next->revocable(), true);
    }
    slot = Slot{};
    if (cleanup.is(tag_irq_handler)) {
        arch::set_irq_enabled(cleanup.irq(), false);
        set_irq_active(cleanup.irq(), false);
    }
}

/// Exchanges the capability in `slot`, which the delete must not enter, with its zombie's first.
void swap_with_first(Slot& first, Slot& slot) {
    const Cap cap1 = first.cap, cap2 = slot.cap;
    swap_caps(cap1, first, cap2, slot);
}

Status reduce_zombie(Slot& slot, bool exposed) {
    const Cap zombie = slot.cap;
    Slot* slots = zombie.zombie_slots();
    if (!exposed) {
        swap_with_first(*slots, slot);
        return Status::ok;
    }
    Slot& last = slots[zombie.zombie_left() - 1];
    if (const Status s = delete_slot(last, false); s != Status::ok) return s;
    // Emptying `last` may have moved this zombie elsewhere; only count down the same one.
    if (slot.cap.is(tag_zombie) && slot.cap.w0 == zombie.w0 && slot.cap.w1 == zombie.w1)
        slot.cap.w1 = zombie.w1 - 1;
    return Status::ok;
}

/// Makes the capability in `slot` removable. `done` false: it became a zombie inside itself.
Status finalise_slot(Slot& slot, bool exposed, bool& done, Cap& cleanup) {
    done = true;
    while (!slot.empty()) {
        if (const Status s = release_waiters(slot); s != Status::ok) return s;
        const Finalised f = finalise(slot.cap, last_reference(slot));
        if (removable(f.remainder, slot)) {
            cleanup = f.cleanup;
            return Status::ok;
        }
        slot.cap = f.remainder;
        if (!exposed && holds_itself(f.remainder, slot)) {
            done = false;
            return Status::ok;
        }
        if (const Status s = reduce_zombie(slot, exposed); s != Status::ok) return s;
        if (const Status s = preemption_point(); s != Status::ok) return s;
    }
    return Status::ok;
}

}  // namespace

Status release_waiters(const Slot& slot) {
    const Cap cap = slot.cap;
    switch (cap.type()) {
    case tag_endpoint:
        return last_reference(slot) ? cancel_all_ipc(*ptr<Endpoint>(cap.pa())) : Status::ok;
    case tag_notification:
        return last_reference(slot) ? cancel_all_signals(*ptr<Notification>(cap.pa())) : Status::ok;
    case tag_irq_handler: {
        if (!last_reference(slot)) return Status::ok;
        const Slot& handler = kernel.irq_slots[cap.irq()];
        const bool last = handler.cap.is(tag_notification) && last_reference(handler);
        return last ? cancel_all_signals(*ptr<Notification>(handler.cap.pa())) : Status::ok;
    }
    default:
        return Status::ok;
    }
}

// NOLINTNEXTLINE(misc-no-recursion): depth two, see the title
Status delete_slot(Slot& slot, bool exposed) {
    bool done = true;
    Cap cleanup;
    if (const Status s = finalise_slot(slot, exposed, done, cleanup); s != Status::ok) return s;
    if (exposed || done) empty_slot(slot, cleanup);
    return Status::ok;
}

void delete_one(Slot& slot) {
    if (slot.empty()) return;
    const Finalised f = finalise(slot.cap, last_reference(slot));
    empty_slot(slot, f.cleanup);
}

Status revoke(Slot& slot) {
    for (Slot* next = slot.next(); next && is_parent(slot, *next); next = slot.next()) {
        if (const Status s = delete_slot(*next); s != Status::ok) return s;
        if (const Status s = preemption_point(); s != Status::ok) return s;
    }
    return Status::ok;
}

bool long_running_delete(const Slot& slot) {
    if (slot.empty() || !last_reference(slot)) return false;
    return slot.cap.is(tag_thread) || slot.cap.is(tag_zombie) || slot.cap.is(tag_cnode);
}

}  // namespace mkl::kernel
