// SPDX-License-Identifier: BSD-2-Clause
// Round robin within 256 priorities, within the running domain. The current thread is in no
// queue. Choosing is constant time: two levels of bits tell the highest priority in use.
#include "kernel.hpp"

namespace mkl::kernel {

namespace {

void mark(unsigned domain, unsigned priority, bool used) {
    RunQueues& r = kernel.run[domain];
    const unsigned word = priority / word_bits;
    const Word bit = Word{1} << (priority % word_bits);
    r.bits[word] = used ? r.bits[word] | bit : r.bits[word] & ~bit;
    const Word top = Word{1} << word;
    Word& all = kernel.run_top[domain];
    all = r.bits[word] ? all | top : all & ~top;
}

/// In the running domain. Precondition: it has a thread in a queue.
unsigned highest() {
    const unsigned word =
        63u - static_cast<unsigned>(__builtin_clzll(kernel.run_top[kernel.domain]));
    const Word bits = kernel.run[kernel.domain].bits[word];
    return word * word_bits + 63u - static_cast<unsigned>(__builtin_clzll(bits));
}

void put(Tcb& t, bool last) {
    if (t.queued) return;
    RunQueues& r = kernel.run[t.domain];
    TcbQueue& q = r.queue[t.priority];
    if (last) {
        append<&Tcb::run>(q, t);
    } else {
        prepend<&Tcb::run>(q, t);
    }
    t.queued = true;
    mark(t.domain, t.priority, true);
}

bool highest_priority(unsigned priority) {
    return !kernel.run_top[kernel.domain] || priority >= highest();
}

void switch_to(Tcb* t) {
    if (t) dequeue(*t);
    if (t != kernel.current) {
        arch::switch_thread(kernel.current, t);
        kernel.current = t;
    }
}

void next_domain() {
    kernel.domain_index++;
    if (kernel.domain_index >= domain_schedule_size ||
        kernel.domain_schedule[kernel.domain_index].duration == 0) {
        kernel.domain_index = kernel.domain_start;
    }
    const DomainEntry& e = kernel.domain_schedule[kernel.domain_index];
    kernel.domain = e.domain;
    kernel.domain_ticks = e.duration;
}

void choose_new() {
    if (kernel.num_domains > 1 && kernel.domain_ticks == 0) next_domain();
    const bool any = kernel.run_top[kernel.domain];
    switch_to(any ? kernel.run[kernel.domain].queue[highest()].head : nullptr);
}

void switch_to_candidate(bool was_runnable) {
    Tcb& c = *kernel.candidate;
    const Tcb* cur = kernel.current;
    const bool lower = cur && was_runnable && c.priority < cur->priority;
    if ((lower || !cur || !was_runnable) && !highest_priority(c.priority)) {
        enqueue(c);
        choose_new();
    } else if (was_runnable && cur && c.priority == cur->priority) {
        enqueue_last(c);
        choose_new();
    } else {
        switch_to(&c);
    }
}

void choose() {
    if (kernel.action != Action::resume) {
        Tcb* cur = kernel.current;
        const bool was_runnable = cur && cur->runnable();
        if (was_runnable) enqueue(*cur);
        if (kernel.action == Action::choose) {
            choose_new();
        } else {
            switch_to_candidate(was_runnable);
        }
    }
    kernel.action = Action::resume;
    kernel.candidate = nullptr;
}

}  // namespace

void enqueue(Tcb& t) { put(t, false); }
void enqueue_last(Tcb& t) { put(t, true); }

void dequeue(Tcb& t) {
    if (!t.queued) return;
    RunQueues& r = kernel.run[t.domain];
    TcbQueue& q = r.queue[t.priority];
    remove<&Tcb::run>(q, t);
    t.queued = false;
    if (!q.head) mark(t.domain, t.priority, false);
}

void reschedule() {
    if (kernel.action == Action::switch_to) enqueue(*kernel.candidate);
    kernel.action = Action::choose;
}

void possible_switch_to(Tcb& t) {
    if (t.domain != kernel.domain) {
        enqueue(t);
    } else if (kernel.action != Action::resume) {
        reschedule();
        enqueue(t);
    } else {
        kernel.action = Action::switch_to;
        kernel.candidate = &t;
    }
}

void schedule() {
    choose();
    while (!kernel.current) {
        arch::wait_for_interrupt();
        reschedule();
        choose();
    }
    Tcb& t = *kernel.current;
    if (t.state == ThreadState::restart) {
        t.context.pc = t.context.fault_pc;
        set_state(t, ThreadState::running);
    }
}

}  // namespace mkl::kernel
