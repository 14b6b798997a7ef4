// SPDX-License-Identifier: BSD-2-Clause
// What the root task does once the components run: prints their lines and other nodes', passes
// multiplexed signals on, reports faults.
#include "root_task.hpp"

#include "mkl/user/abi.hpp"
#include "mkl/user/model.hpp"

namespace mkl::user {
namespace {

/// Word 1 of a CapFault and of a VMFault (mkl/kapi/types.hpp).
constexpr unsigned fault_address_word = 1;

struct FaultText {
    const char* what;
    unsigned pc_word;
    bool has_address;
};

FaultText fault_text(uint64_t label) {
    switch (label) {
    case abi::fault::cap_fault:
        return {"used a capability it does not have", 0, true};
    case abi::fault::unknown_syscall:
        return {"made an unknown system call", syscall_pc_word, false};
    case abi::fault::user_exception:
        return {"raised an exception", 0, false};
    case abi::fault::vm_fault:
        return {"touched memory it may not", 0, true};
    default:
        return {"faulted", 0, false};
    }
}

}  // namespace

/// The notification that wakes the console thread: the spec's, or one of our own for the poller.
Outcome Root::choose_notification() {
    if (spec_.console_notification != no_object) {
        notification_ = builder_.slot_of(spec_.console_notification);
        return {};
    }
    if (spec_.logs.size == 0) return {};
    Untyped* from = pool_.best_fit(abi::size_bits::notification);
    const uint64_t slot = slots_.take();
    if (from == nullptr || slot == 0)
        return {"make the console's notification", kapi::not_enough_memory};
    if (Outcome o = outcome("make the console's notification",
                            kernel::retype(from->cap, abi::object::notification,
                                           abi::size_bits::notification, slot, 1));
        o.failed())
        return o;
    UntypedPool::take(*from, abi::size_bits::notification, 1);
    notification_ = slot;
    return {};
}

Outcome Root::prepare_doorbells() {
    if (spec_.bells.size > max_bells)
        return {"watch so many multiplexed signals", kapi::range_error, no_object, max_bells};
    for (uint32_t i = 0; i < spec_.bells.size; i++) {
        const mkl_spec_bell& b = spec_.bells[i];
        bells_[i].slot = slots_.take();
        if (bells_[i].slot == 0)
            return {"find a slot for it", kapi::not_enough_memory, b.notification};
        if (Outcome o = outcome("mint it for a multiplexed signal",
                                kernel::mint(builder_.slot_of(b.notification), bells_[i].slot,
                                             kapi::can_write, b.badge),
                                b.notification);
            o.failed())
            return o;
    }
    return {};
}

/// Signals each bell whose word has changed since we last looked.
void Root::ring_changed(const mkl_spec_doorbell& doorbell) {
    const OwnRange* page = range_at(doorbell.page);
    if (page == nullptr || page->at == nullptr) return;
    const auto* words = static_cast<const uint64_t*>(page->at);
    for (uint32_t i = doorbell.first_bell; i < doorbell.first_bell + doorbell.bell_count; i++) {
        const uint64_t now = rt::load_acquire(words[spec_.bells[i].word]);
        if (now == bells_[i].seen) continue;
        bells_[i].seen = now;
        kernel::signal(bells_[i].slot);
    }
}

/// No wake-up is lost: a sender counts its word up, then raises the interrupt; we acknowledge the
/// interrupt, then look at the words. One that moves behind our back raises it again.
void Root::ring_bells() {
    for (const mkl_spec_doorbell& d : spec_.doorbells) {
        if (d.irq == no_object) continue;  // the poller's
        kernel::acknowledge_irq(builder_.slot_of(d.irq));
        ring_changed(d);
    }
}

void Root::woken(uint64_t badge) {
    if ((badge & MKL_SPEC_DOORBELL_BADGE) != 0) ring_bells();
}

/// Sleeps until somebody has written; without anybody who could, for ever.
void Root::serve() {
    while (notification_ == 0) kernel::suspend(kapi::slot_tcb);
    const Outcome bound = outcome("bind the console's notification",
                                  kernel::bind_notification(kapi::slot_tcb, notification_));
    if (spec_.fault_endpoint != no_object && !bound.failed())
        serve_faults(builder_.slot_of(spec_.fault_endpoint));
    for (;;) {
        service_.drain();
        woken(kernel::wait(notification_));
    }
}

/// Both at one place: the endpoint, and the notification that is bound to this thread.
void Root::serve_faults(uint64_t endpoint) {
    for (;;) {
        service_.drain();
        const kernel::Received message = kernel::receive(endpoint);
        if (message.label != abi::fault::null_fault) {
            report_fault(message.badge, message.label);
        } else {
            woken(message.badge);
        }
    }
}

/// The thread that faulted never gets a reply, so it never runs again; everybody else does.
void Root::report_fault(uint64_t badge, uint64_t label) {
    service_.drain();  // what it said before
    const bool known = badge >= 1 && badge <= spec_.consoles.size;
    const char* name = known ? spec_.name(spec_.consoles[badge - 1].name) : "?";
    const FaultText text = fault_text(label);
    const uint64_t pc = kernel::message_word(text.pc_word);
    char reason[MKL_STATUS_TEXT_SIZE];
    rt::BufferWriter put{reason, sizeof reason};
    rt::print(put, name, ": ", text.what, " at pc ", rt::Hex{pc});
    if (text.has_address) {
        const uint64_t address = kernel::message_word(fault_address_word);
        console_.line("mkl: ", node_name(), ": component ", static_cast<const char*>(reason),
                      ", address ", rt::Hex{address}, ": stopped");
        status_.failed(MKL_STATUS_ROOT_FAULT, label, address, reason);
    } else {
        console_.line("mkl: ", node_name(), ": component ", static_cast<const char*>(reason),
                      ": stopped");
        status_.failed(MKL_STATUS_ROOT_FAULT, label, pc, reason);
    }
}

}  // namespace mkl::user
