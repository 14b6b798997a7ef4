// SPDX-License-Identifier: BSD-2-Clause
// Threads, endpoints and notifications as they lie in memory.
#pragma once

#include "arch.hpp"
#include "cap.hpp"
#include "error.hpp"

namespace mkl::kernel {

enum class ThreadState : uint8_t {
    inactive,
    running,
    restart,  // runs its last instruction again
    blocked_on_receive,
    blocked_on_send,
    blocked_on_reply,
    blocked_on_notification,
};

/// Slots inside a TCB, by seL4's numbers.
enum TcbSlot : unsigned { slot_ctable, slot_vtable, slot_reply, slot_caller, slot_buffer };
inline constexpr unsigned tcb_slots = 5;

/// A thread's pending fault; type is a label of arch::abi::fault.
struct Fault {
    Word type = 0;
    Word words[2]{};  // cap: address, receive phase; syscall: number; exception: number, code;
                      // vm: address, status
    bool instruction = false;  // vm: on a fetch
    LookupFault lookup;        // cap
};

/// Doubly linked list of threads through one of their two links.
struct Link {
    Tcb* next = nullptr;
    Tcb* prev = nullptr;
};

inline constexpr unsigned name_size = 32;

struct Tcb {
    Slot slots[tcb_slots];
    arch::Context context;
    ThreadState state;
    bool queued;           // in a run queue
    bool sender_is_call;   // blocked_on_send
    bool can_grant;        // blocked_on_send: of the capability used; blocked_on_receive: likewise
    bool can_grant_reply;  // blocked_on_send
    uint8_t priority, max_priority, domain;
    uint32_t slice;    // ticks left
    uint32_t flags;    // kapi::tcb_flag_*
    Word badge;        // blocked_on_send
    void* blocked_on;  // Endpoint or Notification
    Notification* bound;
    Fault fault;
    Word fault_handler;  // capability address in the thread's own CSpace
    Word ipc_buffer;     // user address
    Link run, wait;      // run queue; queue of an endpoint or notification
    arch::FpuState fpu;
    char name[name_size];  // debug build

    bool runnable() const { return state == ThreadState::running || state == ThreadState::restart; }
};
static_assert(sizeof(Tcb) <= 1u << arch::abi::size_bits::tcb);

struct TcbQueue {
    Tcb* head = nullptr;
    Tcb* tail = nullptr;
};

template <Link Tcb::*L>
void append(TcbQueue& q, Tcb& t) {
    (t.*L).prev = q.tail;
    (t.*L).next = nullptr;
    (q.tail ? (q.tail->*L).next : q.head) = &t;
    q.tail = &t;
}
template <Link Tcb::*L>
void prepend(TcbQueue& q, Tcb& t) {
    (t.*L).next = q.head;
    (t.*L).prev = nullptr;
    (q.head ? (q.head->*L).prev : q.tail) = &t;
    q.head = &t;
}
template <Link Tcb::*L>
void remove(TcbQueue& q, Tcb& t) {
    ((t.*L).prev ? ((t.*L).prev->*L).next : q.head) = (t.*L).next;
    ((t.*L).next ? ((t.*L).next->*L).prev : q.tail) = (t.*L).prev;
    t.*L = Link{};
}

/// 16 bytes: head of the waiting threads; tail with the state in its low bits.
struct Endpoint {
    enum State : Word { idle = 0, sending = 1, receiving = 2 };
    Word head_word, tail_word;

    State state() const { return static_cast<State>(tail_word & 3); }
    TcbQueue queue() const {
        return {reinterpret_cast<Tcb*>(head_word), reinterpret_cast<Tcb*>(tail_word & ~Word{3})};
    }
    /// An empty queue makes the endpoint idle.
    void set(State s, const TcbQueue& q) {
        head_word = reinterpret_cast<Word>(q.head);
        tail_word = reinterpret_cast<Word>(q.tail) | (q.head ? s : idle);
    }
};
static_assert(sizeof(Endpoint) == 1u << kapi::endpoint_bits);

struct Notification {
    enum State : Word { idle = 0, waiting = 1, active = 2 };
    Word head_word, tail_word;
    Word badges;  // active: union of the signals
    Tcb* bound;

    State state() const { return static_cast<State>(tail_word & 3); }
    TcbQueue queue() const {
        return {reinterpret_cast<Tcb*>(head_word), reinterpret_cast<Tcb*>(tail_word & ~Word{3})};
    }
    void set_queue(const TcbQueue& q) {
        head_word = reinterpret_cast<Word>(q.head);
        tail_word = reinterpret_cast<Word>(q.tail) | (q.head ? waiting : idle);
    }
    void set_state(State s) { tail_word = (tail_word & ~Word{3}) | s; }
};
static_assert(sizeof(Notification) == 1u << arch::abi::size_bits::notification);

}  // namespace mkl::kernel
