// SPDX-License-Identifier: BSD-2-Clause
// The harness of the conformance suite: see README.md.
#pragma once

#include "mkl/rt/format.hpp"
#include "suite_arch.hpp"

namespace suite {

namespace label = abi::label;
namespace object = abi::object;
namespace sys = abi::sys;
using mkl::kapi::IpcBuffer;
using mkl::kapi::MessageInfo;
using mkl::kapi::Word;
using namespace mkl::kapi;  // errors, rights, tags, slots

// ---- System calls -------------------------------------------------------------------------------

/// Each thread's pointer register points at one of these.
struct ThreadBlock {
    IpcBuffer* ipc;
    Word self;   // its TCB capability
    Word extra;  // for the tests
};
inline ThreadBlock* block() { return thread_pointer<ThreadBlock>(); }
inline IpcBuffer* ipc() { return block()->ipc; }

struct Result {
    Word badge = 0;
    MessageInfo info;
    Word mr[4]{};
    Word error() const { return info.label(); }
};
inline Result syscall(int64_t number, Word a0 = 0, Word info = 0, Word m0 = 0, Word m1 = 0,
                      Word m2 = 0, Word m3 = 0) {
    const RawResult r = raw_syscall(number, a0, info, m0, m1, m2, m3);
    return {
        r.badge, {r.info  },
         { r.mr[0], r.mr[1], r.mr[2], r.mr[3]}
    };
}
inline Word message(Word message_label, Word length, Word extra_caps = 0) {
    return MessageInfo::make(message_label, 0, extra_caps, length).word;
}

struct Caps {
    Word c[3]{};
    unsigned n = 0;
};
inline Caps caps() { return {}; }
inline Caps caps(Word a) { return {{a}, 1}; }
inline Caps caps(Word a, Word b) {
    return {
        {a, b},
        2
    };
}
inline Caps caps(Word a, Word b, Word c) {
    return {
        {a, b, c},
        3
    };
}

template <class... W>
Result invoke(Word cap, Word invocation, const Caps& extra, W... words) {
    constexpr Word n = sizeof...(words);
    const Word all[n + 4] = {static_cast<Word>(words)...};
    for (unsigned i = 0; i < extra.n; i++) ipc()->caps_or_badges[i] = extra.c[i];
    for (Word i = 4; i < n; i++) ipc()->msg[i] = all[i];
    return syscall(sys::call, cap, message(invocation, n, extra.n), all[0], all[1], all[2], all[3]);
}

inline void signal(Word cap) { syscall(sys::send, cap); }
inline Word wait(Word cap) { return syscall(sys::recv, cap).badge; }
inline Word poll(Word cap) { return syscall(sys::nb_recv, cap).badge; }
inline void yield() { syscall(sys::yield); }
inline Result call(Word cap, Word l = 0, Word length = 0, Word m0 = 0, Word m1 = 0, Word m2 = 0,
                   Word m3 = 0) {
    return syscall(sys::call, cap, message(l, length), m0, m1, m2, m3);
}
inline Result receive(Word cap) { return syscall(sys::recv, cap); }
inline Word identify(Word cap) { return syscall(sys::debug_cap_identify, cap).badge; }
/// Where say() writes; DebugPutChar unless a root task for release kernels says otherwise.
extern void (*output)(char);
void put(char c);
template <class... V>
void say(const V&... v) {
    mkl::rt::print(put, v...);
}

// ---- Objects ------------------------------------------------------------------------------------

inline constexpr Word root = slot_cnode;
inline constexpr Word depth = 64;

extern const abi::BootInfo* info;
extern Word test_untyped;  // 4 MiB, fresh for each test
inline constexpr unsigned test_untyped_bits = 22;

/// An empty slot of the root CNode.
Word slot();
/// A new object from the test's untyped, in a new slot; 0 if retype failed.
Word make(Word type, Word size = 0);
Word retype(Word untyped, Word type, Word size, Word dest, Word count = 1);
Word copy(Word from, Word rights = rights_all);
Word mint(Word from, Word badge, Word rights = rights_all);
inline Word copy_to(Word dest, Word from, Word rights = rights_all) {
    return invoke(root, label::cnode_copy, caps(root), dest, depth, from, depth, rights).error();
}
inline Word mint_to(Word dest, Word from, Word data, Word rights = rights_all) {
    return invoke(root, label::cnode_mint, caps(root), dest, depth, from, depth, rights, data)
        .error();
}
inline Word move_to(Word dest, Word from) {
    return invoke(root, label::cnode_move, caps(root), dest, depth, from, depth).error();
}
inline Word mutate_to(Word dest, Word from, Word data) {
    return invoke(root, label::cnode_mutate, caps(root), dest, depth, from, depth, data).error();
}
inline Word remove(Word s) { return invoke(root, label::cnode_delete, caps(), s, depth).error(); }
inline Word revoke(Word s) { return invoke(root, label::cnode_revoke, caps(), s, depth).error(); }
inline bool empty(Word s) { return identify(s) == tag_null; }

// ---- Threads ------------------------------------------------------------------------------------

using ThreadFunction = void (*)(Word argument);

struct Thread {
    Word tcb = 0;
    Word frame = 0;      // its IPC buffer
    unsigned index = 0;  // of stack, buffer and block
    ThreadBlock* block = nullptr;
};
/// A thread of the root's spaces, configured but not running. At most max_threads a test.
Thread thread(ThreadFunction f, Word argument = 0, Word priority = 100, Word fault_handler = 0);
inline constexpr unsigned max_threads = 12;
void start(const Thread& t);
/// Starts a stopped thread again from the beginning of `f`.
void revive(const Thread& t, ThreadFunction f);
/// Runs once, before the first test: a root task may define it.
void prepare();
/// An empty slot that prepare() may fill; no test touches it.
Word kept_slot();
/// What happens between two tests: everything made from the test's untyped goes.
void clean_world();
inline Word suspend(const Thread& t) { return invoke(t.tcb, label::tcb_suspend, caps()).error(); }
inline Word resume(const Thread& t) { return invoke(t.tcb, label::tcb_resume, caps()).error(); }
/// Register `index` (seL4_UserContext order) of a stopped thread.
Word read_register(Word tcb, unsigned index);
/// Lets everybody below the root's priority run until all of them wait: the root steps down to
/// priority 1 for a moment.
void let_run();
void set_own_priority(Word priority);

/// Instructions written to `frame`, mapped at test_address, may be run.
bool publish_instructions(Word frame);
/// Lowest address of the suite's image.
Word image_base();

/// Free addresses with tables for 4 KiB pages: prepare()'s, then the tests'.
inline constexpr Word kept_address = 0x30100000;
/// A user address that is free, with tables for 4 KiB pages.
inline constexpr Word test_address = 0x20000000;

// ---- Tests --------------------------------------------------------------------------------------

struct Test {
    const char* area;
    const char* name;
    void (*run)();
    Test* next;
};
struct Register {
    Register(Test& t);
};
[[noreturn]] void fail_test(const char* file, int line, const char* what, Word a, Word b);

#define SUITE_JOIN2(a, b) a##b
#define SUITE_JOIN(a, b) SUITE_JOIN2(a, b)
#define TEST(area, name)                                                                           \
    static void SUITE_JOIN(area, _##name)();                                                       \
    static suite::Test SUITE_JOIN(test_##area, _##name){#area, #name, SUITE_JOIN(area, _##name),   \
                                                        nullptr};                                  \
    static suite::Register SUITE_JOIN(reg_##area, _##name){SUITE_JOIN(test_##area, _##name)};      \
    static void SUITE_JOIN(area, _##name)()
#define CHECK(cond)                                                                                \
    if (!(cond)) suite::fail_test(__FILE__, __LINE__, #cond, 0, 0)
#define CHECK_EQ(a, b)                                                                             \
    if (const suite::Word a_ = (a), b_ = (b); a_ != b_)                                            \
    suite::fail_test(__FILE__, __LINE__, #a " == " #b, a_, b_)

}  // namespace suite
