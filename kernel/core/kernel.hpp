// SPDX-License-Identifier: BSD-2-Clause
// The kernel's whole state, and the operations of core/ on it. One instance, one core, no locks:
// everything runs to completion or to a preemption point with interrupts masked.
#pragma once

#include "mkl/abi/status.h"
#include "mkl/rt/boot_record.hpp"
#include "tcb.hpp"

namespace mkl::kernel {

/// What the next pass of the scheduler does.
enum class Action : uint8_t { resume, choose, switch_to };

struct DomainEntry {
    uint64_t duration;  // ticks; 0 ends the schedule
    uint8_t domain;
};

struct RunQueues {
    TcbQueue queue[num_priorities];
    Word bits[num_priorities / word_bits]{};  // priorities in use
};

struct Kernel {
    Tcb* current = nullptr;  // null: nobody runs
    Action action = Action::resume;
    Tcb* candidate = nullptr;  // action == switch_to
    unsigned domain = 0;
    Word run_top[max_domains]{};  // by domain; bit n: word n of run[].bits is not zero
    RunQueues run[max_domains];

    unsigned num_domains = 0;  // 1 once booted
    unsigned domain_index = 0;
    uint64_t domain_ticks = 0;
    unsigned domain_start = 0;
    DomainEntry domain_schedule[domain_schedule_size]{};

    ErrorInfo error;
    unsigned work = 0;  // units since the last preemption check

    Slot irq_slots[max_irqs];
    Word irq_active[max_irqs / word_bits]{};  // a handler capability exists

    rt::BootRecord record;
};

extern Kernel kernel;

// ---- Preemption (interrupt.cpp) -----------------------------------------------------------------

/// Called after each bounded piece of a long operation.
Status preemption_point();
void handle_interrupt(Word irq);
void timer_tick();
bool irq_granted(Word irq, Word& trigger);
bool irq_active(Word irq);
void set_irq_active(Word irq, bool active);

// ---- Looking up capabilities (lookup.cpp) -------------------------------------------------------

struct Resolved {
    Slot* slot = nullptr;  // null: `fault` says why
    unsigned bits_left = 0;
};
Resolved resolve(Cap root, Word address, unsigned depth, LookupFault& fault);
/// In the thread's own CSpace, all bits of the word.
Slot* lookup_slot(Tcb& thread, Word address, LookupFault& fault);
/// The usual CSpace: one CNode whose guard and radix make up the whole word. Null: look it up.
inline Slot* quick_slot(const Tcb& thread, Word address) {
    const Cap& root = thread.slots[slot_ctable].cap;
    const unsigned radix = root.radix();
    if (!root.is(kapi::tag_cnode) || radix + root.guard_size() != word_bits) return nullptr;
    if (address >> radix != root.guard()) return nullptr;
    return ptr<Slot>(root.pa()) + (address & ((Word{1} << radix) - 1));
}
/// For CNode operations: exact depth, errors recorded for the caller.
Status lookup_target(bool source, Cap root, Word index, Word depth, Slot*& out);
Status ensure_empty(const Slot& slot);
/// The thread's IPC buffer, if it has one with the rights needed.
kapi::IpcBuffer* ipc_buffer(Tcb& thread, bool writable);

// ---- Derivation tree (cdt.cpp, delete.cpp) ------------------------------------------------------

bool is_parent(const Slot& parent, const Slot& child);
bool has_children(const Slot& slot);
Status ensure_no_children(const Slot& slot);
/// Puts a derived capability beside its source.
void insert_derived(Cap cap, Slot& source, Slot& dest);
/// Puts the capability of a new object below its untyped or control capability.
void insert_child(Slot& parent, Slot& dest, Cap cap);
void move_cap(Cap cap, Slot& source, Slot& dest);
void swap_caps(Cap cap1, Slot& slot1, Cap cap2, Slot& slot2);
bool last_reference(const Slot& slot);
/// A capability as a copy would hold it; null if it may not be copied.
Status derive(const Slot& source, Cap& cap);

Status delete_slot(Slot& slot, bool exposed = true);
/// Lets go of all threads that wait for the object, if this is its last capability. Before
/// delete_one() of a capability that others may have: preemptible, and begins again where it was.
Status release_waiters(const Slot& slot);
/// For capabilities that never need more than one step, and after release_waiters().
void delete_one(Slot& slot);
Status revoke(Slot& slot);
/// A capability whose deletion may take long must not be replaced by TCB operations.
bool long_running_delete(const Slot& slot);

// ---- Threads and scheduling (thread.cpp, scheduler.cpp) -----------------------------------------

void set_state(Tcb& t, ThreadState s);
void suspend(Tcb& t);
void restart(Tcb& t);
void cancel_ipc(Tcb& t);
void set_priority(Tcb& t, unsigned priority);
void set_max_priority(Tcb& t, unsigned priority);
void set_domain(Tcb& t, unsigned domain);

void enqueue(Tcb& t);
void enqueue_last(Tcb& t);
void dequeue(Tcb& t);
void reschedule();
void possible_switch_to(Tcb& t);
/// Chooses and activates the thread to run; sleeps while there is none.
void schedule();

// ---- IPC (endpoint.cpp, transfer.cpp, notification.cpp, fault.cpp) ------------------------------

struct SendOptions {
    bool blocking, call;
    Word badge;
    bool can_grant, can_grant_reply;
};
void send_ipc(Tcb& sender, Endpoint& ep, const SendOptions& options);
void receive_ipc(Tcb& receiver, Cap cap, bool blocking);
Status cancel_all_ipc(Endpoint& ep);
Status cancel_badged_sends(Endpoint& ep, Word badge);
void reply_transfer(Tcb& sender, Tcb& receiver, Slot& reply, bool grant);
void setup_reply_master(Tcb& t);
void setup_caller(Tcb& sender, Tcb& receiver, bool grant);
void transfer(Tcb& sender, Endpoint* ep, Word badge, bool grant, Tcb& receiver);
void copy_message(Tcb& from, kapi::IpcBuffer* from_buffer, Tcb& to, kapi::IpcBuffer* to_buffer,
                  Word length);
void nb_receive_failed(Tcb& t);

void send_signal(Notification& n, Word badge);
void receive_signal(Tcb& t, Cap cap, bool blocking);
void complete_signal(Notification& n, Tcb& t);
void cancel_signal(Tcb& t, Notification& n);
Status cancel_all_signals(Notification& n);
void bind(Tcb& t, Notification& n);
void unbind(Tcb& t);
void unbind_from(Notification& n);

void raise_fault(Tcb& t, const Fault& fault);
/// Writes the pending fault of `from` as a message to `to`; returns its length.
Word write_fault(Tcb& from, Tcb& to, kapi::IpcBuffer* buffer);
/// Applies the answer to a fault; true if the thread shall go on.
bool read_fault_reply(Tcb& faulted, Tcb& answering);
Fault cap_fault(Word address, bool receiving, const LookupFault& lookup);
void set_message_word(Tcb& t, kapi::IpcBuffer* buffer, Word index, Word value);

// ---- Invocations (syscall.cpp, invoke_*.cpp) ----------------------------------------------------

/// An invocation as decoded from the caller's registers and buffer. Not cleared first, as that
/// costs as much as a lookup: decode_call() writes every member without an initialiser here.
struct Invocation {
    Tcb* caller;
    kapi::IpcBuffer* buffer;
    Slot* slot;
    Cap cap;
    Word cptr, label, length;
    bool blocking, call;
    Slot* extra[kapi::msg_max_extra_caps];
    Word reply_length = 0;            // message words of a successful answer
    Word reply[kapi::msg_registers];  // that many
    bool replied = false;             // the answer is complete already

    Word arg(unsigned i) const {
        if (i < kapi::msg_registers) return arch::message_register(caller->context, i);
        return buffer ? buffer->msg[i] : 0;
    }
    void answer(Word value) {
        reply[0] = value;
        reply_length = 1;
    }
};

Status invoke_untyped(Invocation& in);
Status invoke_cnode(Invocation& in);
Status invoke_tcb(Invocation& in);
Status invoke_irq_control(Invocation& in);
Status invoke_irq_handler(Invocation& in);
Status invoke_domain(Invocation& in);
Status issue_irq_handler(Invocation& in, Word irq, Word index, Word depth);
Status issue_sgi_signal(Invocation& in);

/// Entry from the architecture: `number` is the system call, registers are in the current
/// thread's context. On return kernel.current is the thread to run.
void handle_syscall(int64_t number);
/// The same for the two common calls of the current thread when all is ordinary: the thread to
/// run, which is kernel.current then, without schedule(). Null: nothing has been done.
Tcb* fast_call(Tcb& caller);
Tcb* fast_reply_receive(Tcb& server);
/// A fault of the current thread.
void handle_user_fault(const Fault& fault);

// ---- Boot (boot.cpp) ----------------------------------------------------------------------------

/// From the mapped record to a runnable root task; a reason in the status page if it cannot.
/// `record_pa` is its physical address; `status` may be null.
bool boot(const void* record, uint64_t available, Phys record_pa, mkl_status* status);
/// Entries of kernel/core that report to the status page.
void report_error(uint32_t code, uint64_t detail0, uint64_t detail1, const char* text);
void report_stage(uint32_t stage);

}  // namespace mkl::kernel
