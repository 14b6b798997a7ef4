// SPDX-License-Identifier: BSD-2-Clause
// Floating point: each thread has its own registers, and may be denied them.
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

namespace {

void fp_worker(Word n) {
    set_fp(n);
    for (int i = 0; i < 20; i++) {
        yield();
        if (get_fp() != n) seen[n] = 99;
    }
    seen[n] = seen[n] + 1;
}

}  // namespace

TEST(fpu, each_thread_has_its_own) {
    setup();
    set_fp(0x1234);
    for (Word i = 1; i <= 4; i++) start(thread(fp_worker, i, 200));
    let_run();
    for (unsigned i = 1; i <= 4; i++) CHECK_EQ(seen[i], 1);
    CHECK_EQ(get_fp(), 0x1234);
}

TEST(fpu, survives_syscalls_and_faults) {
    setup();
    set_fp(0xabcd);
    start(thread(
        [](Word) {
            set_fp(1);
            seen[0] = *reinterpret_cast<volatile Word*>(test_address);
            seen[1] = get_fp();
        },
        0, 200, fault_ep));
    let_run();
    receive(fault_ep);
    map_page();
    syscall(sys::reply, 0, message(0, 0));
    let_run();
    CHECK_EQ(seen[1], 1);
    CHECK_EQ(get_fp(), 0xabcd);
}

TEST(fpu, disabled_by_flag) {
    setup();
    const Thread t = thread(
        [](Word) {
            set_fp(1);
            seen[0] = 1;
        },
        0, 200, fault_ep);
    Result r = invoke(t.tcb, label::tcb_set_flags, caps(), 0, tcb_flag_fpu_disabled);
    CHECK_EQ(r.error(), no_error);
    CHECK_EQ(r.mr[0], tcb_flag_fpu_disabled);
    start(t);
    let_run();
    r = receive(fault_ep);
    CHECK_EQ(r.info.label(), abi::fault::user_exception);
    CHECK_EQ(seen[0], 0);
    r = invoke(t.tcb, label::tcb_set_flags, caps(), tcb_flag_fpu_disabled, 0);
    CHECK_EQ(r.mr[0], 0);
    CHECK_EQ(resume(t), no_error);
    let_run();
    CHECK_EQ(seen[0], 1);
}

TEST(fpu, taken_away_and_given_back) {
    setup();
    static volatile Word go;
    go = 0;
    const Thread t = thread(
        [](Word) {
            set_fp(0x55);
            seen[0] = 1;
            while (!go) yield();
            seen[1] = get_fp();
        },
        0, 100, fault_ep);
    set_own_priority(100);
    start(t);
    while (!seen[0]) yield();
    // Another thread's values in between; the flag while it owns the registers.
    set_fp(0x66);
    CHECK_EQ(invoke(t.tcb, label::tcb_set_flags, caps(), 0, tcb_flag_fpu_disabled).error(),
             no_error);
    CHECK_EQ(invoke(t.tcb, label::tcb_set_flags, caps(), tcb_flag_fpu_disabled, 0).error(),
             no_error);
    go = 1;
    while (!seen[1]) yield();
    CHECK_EQ(seen[1], 0x55);
    CHECK_EQ(get_fp(), 0x66);
}
