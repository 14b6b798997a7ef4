// SPDX-License-Identifier: BSD-2-Clause
#include "suite.hpp"

namespace suite {

const abi::BootInfo* info;
Word test_untyped;

namespace {

constexpr Word stack_size = 0x4000;
constexpr Word buffer_address = 0x30000000;  // IPC buffers of test threads, one page each

Test* first_test;
Test* last_test;

Word first_slot;  // of the part of the CNode that tests use
Word next_slot;
Word source_untyped;
Word table_slots;  // page tables kept for all tests
unsigned threads_used;

ThreadBlock root_block;
ThreadBlock blocks[max_threads];
alignas(16) uint8_t stacks[max_threads][stack_size];

Jump main_point;

}  // namespace

void (*output)(char) = [](char c) { syscall(sys::debug_put_char, static_cast<unsigned char>(c)); };
void put(char c) { output(c); }

Register::Register(Test& t) {
    (last_test ? last_test->next : first_test) = &t;
    last_test = &t;
}

void fail_test(const char* file, int line, const char* what, Word a, Word b) {
    const char* name = file;
    for (const char* p = file; *p; p++)
        if (*p == '/') name = p + 1;
    say("    ", name, ":", line, ": ", what, " (", mkl::rt::Hex{a}, ", ", mkl::rt::Hex{b}, ")\n");
    if (block() == &root_block) suite_jump(&main_point);
    // A test's own thread: stop it; the root sees what did not happen.
    for (;;) invoke(block()->self, label::tcb_suspend, caps());
}

// ---- Objects ------------------------------------------------------------------------------------

Word slot() { return next_slot++; }

Word retype(Word untyped, Word type, Word size, Word dest, Word count) {
    return invoke(untyped, label::untyped_retype, caps(root), type, size, 0, 0, dest, count)
        .error();
}

Word make(Word type, Word size) {
    const Word s = slot();
    return retype(test_untyped, type, size, s) == no_error ? s : 0;
}

Word copy(Word from, Word rights) {
    const Word s = slot();
    return copy_to(s, from, rights) == no_error ? s : 0;
}

Word mint(Word from, Word badge, Word rights) {
    const Word s = slot();
    return mint_to(s, from, badge, rights) == no_error ? s : 0;
}

// ---- Threads ------------------------------------------------------------------------------------

namespace {

void thread_entry(ThreadFunction f, Word argument) {
    f(argument);
    for (;;) invoke(block()->self, label::tcb_suspend, caps());
}

}  // namespace

namespace {
void set_registers(const Thread& t, Word resume_flag, ThreadFunction f, Word argument) {
    Word context[context_arg1 + 1]{};
    context[context_pc] = reinterpret_cast<Word>(thread_entry);
    context[context_sp] = reinterpret_cast<Word>(stacks[t.index]) + stack_size;
    context[context_arg0] = reinterpret_cast<Word>(f);
    context[context_arg1] = argument;
    constexpr Word n = context_arg1 + 1;
    for (unsigned i = 2; i < n; i++) ipc()->msg[i + 2] = context[i];
    syscall(sys::call, t.tcb, message(label::tcb_write_registers, n + 2), resume_flag, n,
            context[0], context[1]);
}
}  // namespace

Thread thread(ThreadFunction f, Word argument, Word priority, Word fault_handler) {
    Thread t;
    t.index = threads_used++;
    t.block = &blocks[t.index];
    const Word address = buffer_address + t.index * 0x1000;
    t.tcb = make(object::tcb);
    t.frame = make(object::small_page);
    invoke(t.frame, label::page_map, caps(slot_vspace), address, rights_all, default_attributes);
    *t.block = {reinterpret_cast<IpcBuffer*>(address), t.tcb, 0};
    invoke(t.tcb, label::tcb_configure, caps(root, slot_vspace, t.frame), fault_handler, 0, 0,
           address);
    invoke(t.tcb, label::tcb_set_sched_params, caps(slot_tcb), priority, priority);
    invoke(t.tcb, label::tcb_set_tls_base, caps(), reinterpret_cast<Word>(t.block));
    set_registers(t, 0, f, argument);
    return t;
}

void revive(const Thread& t, ThreadFunction f) {
    const Word address = buffer_address + t.index * 0x1000;
    invoke(t.tcb, label::tcb_set_ipc_buffer, caps(t.frame), address);
    invoke(t.tcb, label::tcb_set_tls_base, caps(), reinterpret_cast<Word>(t.block));
    set_registers(t, 1, f, 0);
}

extern "C" char _start[];
Word image_base() { return reinterpret_cast<Word>(_start) & ~Word{0xfff}; }

void start(const Thread& t) { resume(t); }

Word read_register(Word tcb, unsigned index) {
    invoke(tcb, label::tcb_read_registers, caps(), 0, index + 1);
    // MR0..3 arrived in registers; the last word is what is wanted.
    if (index >= 4) return ipc()->msg[index];
    return invoke(tcb, label::tcb_read_registers, caps(), 0, index + 1).mr[index];
}

void set_own_priority(Word priority) {
    invoke(slot_tcb, label::tcb_set_priority, caps(slot_tcb), priority);
}

void let_run() {
    set_own_priority(1);
    set_own_priority(max_priority);
}

// ---- Running ------------------------------------------------------------------------------------

namespace {

/// The smallest RAM untyped of at least `bits`.
Word find_untyped(unsigned bits) {
    Word best = 0;
    unsigned best_bits = 64;
    for (Word i = 0; i < info->untyped.end - info->untyped.start; i++) {
        const auto& u = info->untyped_list[i];
        if (!u.is_device && u.size_bits >= bits && u.size_bits < best_bits) {
            best = info->untyped.start + i;
            best_bits = u.size_bits;
        }
    }
    return best;
}

/// Page tables for the thread buffers and for test_address, so that tests can map at once.
void make_tables() {
    const Word ut = find_untyped(16);
    const Word addresses[] = {buffer_address, test_address};
    for (Word address : addresses) {
        for (;;) {
            const Word s = table_slots++;
            retype(ut, object::page_table, 0, s);
            if (invoke(s, label::page_table_map, caps(slot_vspace), address, default_attributes)
                    .error() != no_error) {
                break;
            }
        }
    }
}

}  // namespace

Word kept_slot() { return table_slots++; }

// Weak: most root tasks have nothing to prepare.
[[gnu::weak]] void prepare() {}

void clean_world() {
    set_own_priority(max_priority);
    revoke(test_untyped);
    for (Word s = first_slot; s < next_slot; s++) remove(s);
    next_slot = first_slot;
    threads_used = 0;
    remove(test_untyped);
    retype(source_untyped, object::untyped, test_untyped_bits, test_untyped);
}

namespace {

bool run(const Test& t) {
    if (suite_save(&main_point) == 0) {
        t.run();
        return true;
    }
    return false;
}

}  // namespace

extern "C" void (*__init_array_start[])();
extern "C" void (*__init_array_end[])();

extern "C" void root_main(const abi::BootInfo* boot_info) {
    info = boot_info;
    root_block = {reinterpret_cast<IpcBuffer*>(info->ipc_buffer), slot_tcb, 0};
    set_thread_pointer(&root_block);
    for (auto** f = __init_array_start; f != __init_array_end; f++) (*f)();

    table_slots = info->empty.start;
    make_tables();
    prepare();
    test_untyped = table_slots++;
    first_slot = next_slot = table_slots;
    // Large, so that nothing but the tests' untyped is made from it.
    source_untyped = find_untyped(test_untyped_bits);
    retype(source_untyped, object::untyped, test_untyped_bits, test_untyped);

    unsigned passed = 0, failed = 0;
    for (const Test* t = first_test; t; t = t->next) {
        const bool ok = run(*t);
        say(ok ? "ok   " : "FAIL ", t->area, " ", t->name, '\n');
        (ok ? passed : failed)++;
        clean_world();
    }
    say("@@done ", passed, " passed, ", failed, " failed\n");
    for (;;) invoke(slot_tcb, label::tcb_suspend, caps());
}

}  // namespace suite
