// SPDX-License-Identifier: BSD-2-Clause
// The root task's second thread: watches what changes without an interrupt, other nodes' logs and
// the words of polled signals.
//
// Method   With a scheduling context and signals to watch it runs with the highest priority, looks
//          once and gives the rest of its budget up: once a period, whatever else runs. Else it has
//          the lowest priority and looks over and over, while nobody else wants to run.
// Limits   Without scheduling contexts nothing bounds how long components keep it from looking.
#include "root_task.hpp"

#include "mkl/user/abi.hpp"
#include "mkl/user/model.hpp"
#include "mkl/user/syscall.hpp"

namespace mkl::user {
namespace {

constexpr unsigned poller_time_bits = 8;
constexpr uint64_t slice_us = 5000;  // as long as a time slice of a kernel without budgets
// A look takes a few microseconds; seL4 16.0.0 wants a budget of twice its own worst case, 10 us.
constexpr uint64_t watch_budget_us = 100;
constexpr uint64_t highest_priority = 255;
constexpr uint32_t stack_words = 256;  // it calls nothing deep

alignas(16) uint64_t poller_stack[stack_words];

}  // namespace

bool Root::polls_signals() const {
    for (const mkl_spec_doorbell& d : spec_.doorbells)
        if (d.irq == no_object) return true;
    return false;
}

/// On MCS a thread runs on a scheduling context.
Outcome Root::make_poller_time(uint64_t& slot) {
    Untyped* from = pool_.best_fit(poller_time_bits);
    slot = slots_.take();
    if (from == nullptr || slot == 0)
        return {"make the poller's scheduling context", kapi::not_enough_memory};
    if (Outcome o =
            outcome("make the poller's scheduling context",
                    kernel::retype(from->cap, sched_context_type, poller_time_bits, slot, 1));
        o.failed())
        return o;
    UntypedPool::take(*from, poller_time_bits, 1);
    const bool watches = polls_signals();
    return outcome("set the poller's budget",
                   kernel::configure_sched_context(sched_control_, slot,
                                                   watches ? watch_budget_us : slice_us,
                                                   watches ? MKL_POLL_PERIOD_US : slice_us));
}

Outcome Root::start_poller() {
    Untyped* from = pool_.best_fit(abi::size_bits::tcb);
    const uint64_t tcb = slots_.take();
    if (from == nullptr || tcb == 0) return {"make the poller", kapi::not_enough_memory};
    if (Outcome o = outcome("make the poller", kernel::retype(from->cap, abi::object::tcb,
                                                              abi::size_bits::tcb, tcb, 1));
        o.failed())
        return o;
    UntypedPool::take(*from, abi::size_bits::tcb, 1);
    const uint64_t no_args[4] = {};
    if (Outcome o =
            outcome("configure the poller",
                    kernel::configure(tcb, {0, kapi::slot_cnode, 0, kapi::slot_vspace, 0, 0}));
        o.failed())
        return o;
    kernel::Schedule schedule{};
    if constexpr (mcs) {
        if (Outcome o = make_poller_time(schedule.sched_context); o.failed()) return o;
        if (polls_signals()) schedule.priority = highest_priority;
    }
    if (Outcome o = outcome("set the poller's priority", kernel::schedule(tcb, schedule));
        o.failed())
        return o;
    if (Outcome o = outcome("write the poller's registers",
                            kernel::write_registers(
                                tcb, reinterpret_cast<uintptr_t>(&Root::poll),
                                reinterpret_cast<uintptr_t>(poller_stack + stack_words), no_args));
        o.failed())
        return o;
    return outcome("start the poller", kernel::resume(tcb));
}

/// A word that moves right after the look is seen by the next one, so no wake-up is lost.
void Root::poll() {
    const bool watches = root.polls_signals();
    for (;;) {
        if (root.service_.remote_changed()) kernel::signal(root.notification_);
        for (const mkl_spec_doorbell& d : root.spec_.doorbells)
            if (d.irq == no_object) root.ring_changed(d);
        if (root.built_in_kernel_ && !watches) {
            sleep();
        } else {
            relax();
            kernel::yield();
        }
    }
}

}  // namespace mkl::user
