// SPDX-License-Identifier: BSD-2-Clause
#include "debug.hpp"

#include "invariants.hpp"

namespace mkl::kernel::debug {

using namespace kapi;
namespace sys = arch::abi::sys;

namespace {

const char* fault_name(Word type) {
    switch (type) {
    case arch::abi::fault::cap_fault:
        return "cap fault";
    case arch::abi::fault::unknown_syscall:
        return "unknown syscall";
    case arch::abi::fault::user_exception:
        return "user exception";
    case arch::abi::fault::vm_fault:
        return "vm fault";
    default:
        return "fault";
    }
}

const char* state_name(ThreadState s) {
    switch (s) {
    case ThreadState::inactive:
        return "inactive";
    case ThreadState::running:
        return "running";
    case ThreadState::restart:
        return "restart";
    case ThreadState::blocked_on_receive:
        return "blocked on receive";
    case ThreadState::blocked_on_send:
        return "blocked on send";
    case ThreadState::blocked_on_reply:
        return "blocked on reply";
    case ThreadState::blocked_on_notification:
        return "blocked on notification";
    }
    return "?";
}

Word identify(Tcb& caller) {
    LookupFault fault;
    const Slot* slot = lookup_slot(caller, arch::badge(caller.context), fault);
    return slot ? slot->cap.type() : Word{tag_null};
}

void name_thread(Tcb& caller) {
    LookupFault fault;
    const Slot* slot = lookup_slot(caller, arch::badge(caller.context), fault);
    const IpcBuffer* buffer = ipc_buffer(caller, false);
    if (!slot || !slot->cap.is(tag_thread) || !buffer) return;
    // The name follows the tag, as bytes, NUL-terminated if it is shorter than the field.
    const auto* text = reinterpret_cast<const char*>(buffer->msg);
    Tcb& t = *ptr<Tcb>(slot->cap.pa());
    unsigned i = 0;
    for (; i + 1 < name_size && text[i]; i++) t.name[i] = text[i];
    t.name[i] = 0;
}

void print_thread(const Tcb& t) {
    say(t.name[0] ? t.name : "(unnamed)", " prio ", uint32_t{t.priority}, " pc ",
        rt::Hex{t.context.pc}, ' ', state_name(t.state), '\n');
}

void dump_scheduler() {
    if (kernel.current) print_thread(*kernel.current);
    for (unsigned p = num_priorities; p-- > 0;)
        for (const Tcb* t = kernel.run[kernel.domain].queue[p].head; t; t = t->run.next)
            print_thread(*t);
}

/// Stops the node if the kernel's own data is not what it must be.
void check_now(const Tcb& caller) {
    Violation v = check_scheduler();
    if (!v.line) v = check_cspace(caller.slots[slot_ctable].cap);
    if (!v.line) return;
    report_error(MKL_STATUS_KERNEL_INVARIANT, v.line, v.value, "kernel invariant broken");
    arch::halt();
}

}  // namespace

void report_unhandled(Tcb& t, const Fault& fault) {
    say("kernel: ", t.name[0] ? t.name : "thread", ": ", fault_name(fault.type), " at pc ",
        rt::Hex{t.context.fault_pc}, ", ", rt::Hex{fault.words[0]}, ' ', rt::Hex{fault.words[1]},
        "; no fault handler, thread stopped\n");
}

bool handle_syscall(int64_t number) {
    Tcb& caller = *kernel.current;
    switch (number) {
    case sys::debug_put_char:
        put(static_cast<char>(arch::badge(caller.context)));
        return true;
    case sys::debug_dump_scheduler:
        dump_scheduler();
        return true;
    case sys::debug_halt:
        say("kernel: halted by user\n");
        arch::halt();
    case sys::debug_cap_identify:
        arch::set_badge(caller.context, identify(caller));
        return true;
    case sys::debug_snapshot:
        check_now(caller);
        return true;
    case sys::debug_name_thread:
        name_thread(caller);
        return true;
    default:
        return false;
    }
}

}  // namespace mkl::kernel::debug
