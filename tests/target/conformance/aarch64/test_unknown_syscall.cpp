// SPDX-License-Identifier: BSD-2-Clause
// The words of an unknown system call's message, whose order is the architecture's.
#include "suite.hpp"

using namespace suite;

namespace {
Word fault_ep;
volatile Word seen[8];
void setup() {
    fault_ep = make(object::endpoint);
    for (auto& s : seen) s = 0;
}
}  // namespace

TEST(fault, unknown_syscall) {
    setup();
    start(thread(
        [](Word) {
            const Result r = syscall(-12345, 0x100, 0x101, 0x102, 0x103, 0x104, 0x105);
            seen[0] = r.badge;
            seen[1] = r.mr[3];
            seen[2] = 1;
        },
        0, 200, fault_ep));
    let_run();
    const Result r = receive(fault_ep);
    CHECK_EQ(r.info.label(), abi::fault::unknown_syscall);
    CHECK_EQ(r.info.length(), aarch64_syscall_length);
    CHECK_EQ(r.mr[0], 0x100);
    CHECK_EQ(r.mr[3], 0x103);
    CHECK_EQ(ipc()->msg[4], 0x104);
    CHECK_EQ(ipc()->msg[aarch64_syscall_number], static_cast<Word>(-12345));
    const Word ip = ipc()->msg[aarch64_syscall_ip];
    for (unsigned i = 4; i < 8; i++) ipc()->msg[i] = 0x200 + i;
    ipc()->msg[aarch64_syscall_ip] = ip + 4;
    syscall(sys::reply, 0, message(0, 9), 0x200, 0x201, 0x202, 0x203);
    let_run();
    CHECK_EQ(seen[2], 1);
    CHECK_EQ(seen[0], 0x200);
    CHECK_EQ(seen[1], 0x205);
}
