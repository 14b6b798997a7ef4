// SPDX-License-Identifier: BSD-2-Clause
// Faults: messages, replies, threads without a handler.
#include "suite.hpp"

using namespace suite;

namespace {
Word fault_ep;
volatile Word seen[8];
void setup() {
    fault_ep = make(object::endpoint);
    for (auto& s : seen) s = 0;
}
Word map_page() {
    const Word frame = make(object::small_page);
    CHECK_EQ(invoke(frame, label::page_map, caps(slot_vspace), test_address, rights_all,
                    default_attributes)
                 .error(),
             no_error);
    return frame;
}
}  // namespace

TEST(fault, read_of_unmapped_page) {
    setup();
    const Thread t = thread(
        [](Word) {
            seen[0] = *reinterpret_cast<volatile Word*>(test_address + 0x18);
            seen[1] = 1;
        },
        0, 200, mint(fault_ep, 0x77));
    start(t);
    let_run();
    const Result r = receive(fault_ep);
    CHECK_EQ(r.badge, 0x77);
    CHECK_EQ(r.info.label(), abi::fault::vm_fault);
    CHECK_EQ(r.info.length(), vm_fault_length);
    CHECK_EQ(r.mr[vm_fault_addr], test_address + 0x18);
    CHECK_EQ(r.mr[vm_fault_prefetch], 0);
    CHECK_EQ(r.mr[vm_fault_fsr] >> fault_cause_shift, load_fault_cause);
    map_page();
    // The reply runs the instruction again.
    syscall(sys::reply, 0, message(0, 0));
    let_run();
    CHECK_EQ(seen[1], 1);
}

TEST(fault, write_to_read_only_page) {
    setup();
    const Word frame = make(object::small_page);
    CHECK_EQ(invoke(frame, label::page_map, caps(slot_vspace), test_address, can_read,
                    default_attributes)
                 .error(),
             no_error);
    start(thread(
        [](Word) {
            seen[0] = *reinterpret_cast<volatile Word*>(test_address) + 1;
            *reinterpret_cast<volatile Word*>(test_address) = 1;
            seen[1] = 1;
        },
        0, 200, fault_ep));
    let_run();
    CHECK_EQ(seen[0], 1);
    const Result r = receive(fault_ep);
    CHECK_EQ(r.info.label(), abi::fault::vm_fault);
    CHECK_EQ(r.mr[vm_fault_addr], test_address);
    CHECK_EQ(seen[1], 0);
}

TEST(fault, fetch_from_unmapped_page) {
    setup();
    start(thread([](Word) { reinterpret_cast<void (*)()>(test_address + 0x40)(); }, 0, 200,
                 fault_ep));
    let_run();
    const Result r = receive(fault_ep);
    CHECK_EQ(r.info.label(), abi::fault::vm_fault);
    CHECK_EQ(r.mr[vm_fault_ip], test_address + 0x40);
    CHECK_EQ(r.mr[vm_fault_addr], test_address + 0x40);
    CHECK_EQ(r.mr[vm_fault_prefetch], 1);
}

TEST(fault, execute_never) {
    setup();
    const Word frame = make(object::small_page);
    CHECK_EQ(invoke(frame, label::page_map, caps(slot_vspace), test_address, rights_all,
                    default_attributes | no_execute)
                 .error(),
             no_error);
    *reinterpret_cast<volatile uint32_t*>(test_address) = return_instruction;
    CHECK(publish_instructions(frame));
    start(thread(
        [](Word) {
            reinterpret_cast<void (*)()>(test_address)();
            seen[0] = 1;
        },
        0, 200, fault_ep));
    let_run();
    CHECK_EQ(receive(fault_ep).mr[vm_fault_prefetch], 1);
    // The same page, executable.
    CHECK_EQ(invoke(frame, label::page_map, caps(slot_vspace), test_address, rights_all,
                    default_attributes)
                 .error(),
             no_error);
    syscall(sys::reply, 0, message(0, 0));
    let_run();
    CHECK_EQ(seen[0], 1);
}

TEST(fault, undefined_instruction) {
    setup();
    start(thread(
        [](Word) {
            undefined_instruction();
            seen[0] = 1;
        },
        0, 200, fault_ep));
    let_run();
    const Result r = receive(fault_ep);
    CHECK_EQ(r.info.label(), abi::fault::user_exception);
    CHECK_EQ(r.info.length(), exception_message_length);
    // Skip it: the reply sets ip and sp (and flags).
    syscall(sys::reply, 0, message(0, exception_reply_length), r.mr[0] + 4, r.mr[1], r.mr[2]);
    let_run();
    CHECK_EQ(seen[0], 1);
}

TEST(fault, reply_with_label_stops_the_thread) {
    setup();
    const Thread t = thread(
        [](Word) {
            undefined_instruction();
            seen[0] = 1;
        },
        0, 200, fault_ep);
    start(t);
    let_run();
    const Result r = receive(fault_ep);
    syscall(sys::reply, 0, message(1, 1), r.mr[0] + 4);
    let_run();
    CHECK_EQ(seen[0], 0);
    CHECK_EQ(resume(t), no_error);
    let_run();
    CHECK_EQ(seen[0], 1);
}

TEST(fault, cap_fault_words) {
    setup();
    start(thread([](Word) { syscall(sys::send, 0xfffffffff0000001, message(0, 0)); }, 0, 200,
                 fault_ep));
    let_run();
    const Result r = receive(fault_ep);
    CHECK_EQ(r.info.label(), abi::fault::cap_fault);
    CHECK_EQ(r.mr[cap_fault_addr], 0xfffffffff0000001);
    CHECK_EQ(r.mr[cap_fault_in_recv_phase], 0);
    CHECK_EQ(r.mr[cap_fault_lookup_failure], guard_mismatch);
    CHECK_EQ(ipc()->msg[cap_fault_bits_left], 64);
    CHECK_EQ(ipc()->msg[cap_fault_guard_found], 0);
    CHECK_EQ(ipc()->msg[cap_fault_bits_found], 64 - info->init_thread_cnode_size_bits);
}

TEST(fault, no_handler_stops_only_the_thread) {
    setup();
    const Thread t = thread([](Word) { undefined_instruction(); }, 0, 200);
    start(t);
    let_run();
    CHECK_EQ(suspend(t), no_error);
}

TEST(fault, handler_needs_grant_or_grant_reply) {
    setup();
    const Word weak = copy(fault_ep, can_write);
    start(thread([](Word) { undefined_instruction(); }, 0, 200, weak));
    let_run();
    CHECK_EQ(syscall(sys::nb_recv, fault_ep).badge, 0);
    const Word enough = mint(fault_ep, 6, can_write | can_grant_reply);
    start(thread([](Word) { undefined_instruction(); }, 0, 200, enough));
    let_run();
    CHECK_EQ(syscall(sys::nb_recv, fault_ep).badge, 6);
}
