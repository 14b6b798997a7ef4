// SPDX-License-Identifier: BSD-2-Clause
// Interrupts: who may have them (the boot record), who gets them (a slot per line), ticks.
#include "kernel.hpp"

namespace mkl::kernel {

using namespace kapi;

Kernel kernel;

namespace {
// Pieces of work between two looks at the interrupt controller.
constexpr unsigned work_per_check = 16;
}  // namespace

Status preemption_point() {
    if (++kernel.work < work_per_check) return Status::ok;
    kernel.work = 0;
    return arch::interrupt_pending() ? Status::preempted : Status::ok;
}

bool irq_active(Word irq) { return kernel.irq_active[irq / word_bits] >> (irq % word_bits) & 1; }

void set_irq_active(Word irq, bool active) {
    const Word bit = Word{1} << (irq % word_bits);
    Word& w = kernel.irq_active[irq / word_bits];
    w = active ? w | bit : w & ~bit;
}

/// Lines of the boot record: SGIs it may receive (edge), SPIs or PLIC sources it owns.
bool irq_granted(Word irq, Word& trigger) {
    for (const mkl_rec_sgi_receive& s : kernel.record.sgi_receive) {
        if (s.id == irq) {
            trigger = MKL_TRIGGER_EDGE;
            return true;
        }
    }
    for (const mkl_rec_interrupt& i : kernel.record.interrupts) {
        if (i.id == irq) {
            trigger = i.trigger;
            return true;
        }
    }
    return false;
}

/// Not for the kernel's timer: the architecture calls timer_tick().
void handle_interrupt(Word irq) {
    // A line without a handler here was never enabled here: its registers are not this node's.
    if (irq >= max_irqs || !irq_active(irq)) return;
    // Masked until the handler acknowledges, as a level line would fire again at once.
    arch::set_irq_enabled(irq, false);
    const Cap cap = kernel.irq_slots[irq].cap;
    if (cap.is(tag_notification) && cap.has(can_write))
        send_signal(*ptr<Notification>(cap.pa()), cap.badge());
}

void timer_tick() {
    Tcb* t = kernel.current;
    if (t && t->state == ThreadState::running) {
        if (t->slice > 1) {
            t->slice--;
        } else {
            t->slice = ticks_per_slice;
            enqueue_last(*t);
            reschedule();
        }
    }
    if (kernel.num_domains > 1 && kernel.domain_ticks > 0) {
        kernel.domain_ticks--;
        if (kernel.domain_ticks == 0) reschedule();
    }
}

// ---- IRQControl ---------------------------------------------------------------------------------

Status issue_irq_handler(Invocation& in, Word irq, Word index, Word depth) {
    Slot* dest = nullptr;
    if (const Status s = lookup_target(false, in.extra[0]->cap, index, depth, dest);
        s != Status::ok) {
        return s;
    }
    if (const Status s = ensure_empty(*dest); s != Status::ok) return s;
    set_irq_active(irq, true);
    arch::set_irq_enabled(irq, true);
    insert_child(*in.slot, *dest, Cap::irq_handler(irq));
    return Status::ok;
}

Status issue_sgi_signal(Invocation& in) {
    if (in.length < 4 || !in.extra[0]) return fail(truncated_message);
    const Word id = in.arg(0), target = in.arg(1);
    if (id > 15) return fail_range(0, 15);
    bool listed = false;
    for (const mkl_rec_sgi_send& s : kernel.record.sgi_send)
        listed = listed || (s.id == id && s.target == target);
    if (!listed) return fail(invalid_argument, 1);
    Slot* dest = nullptr;
    if (const Status s = lookup_target(false, in.extra[0]->cap, in.arg(2), in.arg(3), dest);
        s != Status::ok) {
        return s;
    }
    if (const Status s = ensure_empty(*dest); s != Status::ok) return s;
    insert_child(*in.slot, *dest, Cap::sgi_signal(id, target));
    return Status::ok;
}

Status invoke_irq_control(Invocation& in) {
    namespace label = arch::abi::label;
    if (in.label == arch::signal_label) return issue_sgi_signal(in);
    const bool with_trigger = in.label == label::irq_issue_handler_trigger;
    if (!with_trigger && in.label != label::irq_issue_handler) return fail(illegal_operation);
    const unsigned skip = with_trigger ? 1 : 0;
    if (in.length < 3 + skip || !in.extra[0]) return fail(truncated_message);
    const Word irq = in.arg(0);
    if (irq > arch::max_irq()) return fail_range(0, arch::max_irq());
    // A line of another node, or one the kernel keeps, looks like one that is taken.
    Word trigger = 0;
    if (!irq_granted(irq, trigger) || irq_active(irq)) return fail(revoke_first);
    // The loader has set the trigger of the plan; nobody may change it.
    if (with_trigger && in.arg(1) != trigger) return fail(invalid_argument, 1);
    return issue_irq_handler(in, irq, in.arg(1 + skip), in.arg(2 + skip));
}

// ---- IRQHandler ---------------------------------------------------------------------------------

Status invoke_irq_handler(Invocation& in) {
    namespace label = arch::abi::label;
    const Word irq = in.cap.irq();
    switch (in.label) {
    case label::irq_ack:
        arch::set_irq_enabled(irq, true);
        return Status::ok;
    case label::irq_set_handler: {
        if (!in.extra[0]) return fail(truncated_message);
        const Cap cap = in.extra[0]->cap;
        if (!cap.is(tag_notification) || !cap.has(can_write)) return fail(invalid_capability, 0);
        if (const Status s = release_waiters(kernel.irq_slots[irq]); s != Status::ok) return s;
        delete_one(kernel.irq_slots[irq]);
        insert_derived(cap, *in.extra[0], kernel.irq_slots[irq]);
        return Status::ok;
    }
    case label::irq_clear_handler:
        if (const Status s = release_waiters(kernel.irq_slots[irq]); s != Status::ok) return s;
        delete_one(kernel.irq_slots[irq]);
        return Status::ok;
    default:
        return fail(illegal_operation);
    }
}

}  // namespace mkl::kernel
