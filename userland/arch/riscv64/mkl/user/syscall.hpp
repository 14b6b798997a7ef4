// SPDX-License-Identifier: BSD-2-Clause
// The system call instruction, riscv64. Number in a7, destination or returned badge in a0, message
// information in a1, message registers in a2..a5 (seL4
// 16.0.0), on MCS the reply object in a6. Every other register is kept.
#pragma once

#include <stdint.h>

namespace mkl::user {

struct SyscallResult {
    uint64_t badge, info;
    uint64_t mr[4];
};

[[gnu::always_inline]] inline SyscallResult syscall(int64_t number, uint64_t dest, uint64_t info,
                                                    uint64_t mr0 = 0, uint64_t mr1 = 0,
                                                    uint64_t mr2 = 0, uint64_t mr3 = 0,
                                                    uint64_t reply = 0) {
    register uint64_t a0 asm("a0") = dest;
    register uint64_t a1 asm("a1") = info;
    register uint64_t a2 asm("a2") = mr0;
    register uint64_t a3 asm("a3") = mr1;
    register uint64_t a4 asm("a4") = mr2;
    register uint64_t a5 asm("a5") = mr3;
    register uint64_t a6 asm("a6") = reply;
    register int64_t a7 asm("a7") = number;
    asm volatile("ecall"
                 : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a4), "+r"(a5), "+r"(a6)
                 : "r"(a7)
                 : "memory");
    return {
        a0, a1, {a2, a3, a4, a5}
    };
}

/// A hint that this thread only waits: PAUSE (Zihintpause), a FENCE without effect elsewhere.
[[gnu::always_inline]] inline void relax() { asm volatile(".word 0x0100000f" ::: "memory"); }

/// WFI traps in U-mode where there is an S-mode (privileged 1.12, 3.3.3): only a hint here.
[[gnu::always_inline]] inline void sleep() { relax(); }

/// The counter of the status page's time stamps.
[[gnu::always_inline]] inline uint64_t counter() {
    uint64_t value;
    asm volatile("rdtime %0" : "=r"(value));
    return value;
}

/// Of `counter`: no register says it, so the boot record does.
[[gnu::always_inline]] inline uint64_t counter_frequency() { return 0; }

/// What this hart has written can be fetched by it.
[[gnu::always_inline]] inline void synchronise_fetch() { asm volatile("fence.i" ::: "memory"); }

}  // namespace mkl::user
