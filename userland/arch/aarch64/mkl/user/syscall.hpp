// SPDX-License-Identifier: BSD-2-Clause
// The system call instruction, aarch64. Number in x7, destination or returned badge in x0, message
// information in x1, message registers in x2..x5 (seL4
// 16.0.0), on MCS the reply object in x6. Every other register is kept.
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
    register uint64_t x0 asm("x0") = dest;
    register uint64_t x1 asm("x1") = info;
    register uint64_t x2 asm("x2") = mr0;
    register uint64_t x3 asm("x3") = mr1;
    register uint64_t x4 asm("x4") = mr2;
    register uint64_t x5 asm("x5") = mr3;
    register uint64_t x6 asm("x6") = reply;
    register int64_t x7 asm("x7") = number;
    asm volatile("svc #0"
                 : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3), "+r"(x4), "+r"(x5), "+r"(x6)
                 : "r"(x7)
                 : "memory");
    return {
        x0, x1, {x2, x3, x4, x5}
    };
}

/// A hint that this thread only waits. WFI and WFE may trap at EL0 (SCTLR_EL1.nTWI, nTWE; Arm DDI
/// 0487, D19.2), YIELD never does.
[[gnu::always_inline]] inline void relax() { asm volatile("yield" ::: "memory"); }

/// Sleeps until an interrupt, the kernel's tick at the latest. Traps on a kernel that does not let
/// user level wait; the built-in one does.
[[gnu::always_inline]] inline void sleep() { asm volatile("wfi" ::: "memory"); }

/// What was written can be fetched: an invocation does that on this architecture.
[[gnu::always_inline]] inline void synchronise_fetch() {}

/// The counter of the status page's time stamps, CNTVCT_EL0. Traps as `sleep` does.
[[gnu::always_inline]] inline uint64_t counter() {
    uint64_t value;
    asm volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(value)::"memory");
    return value;
}
/// Of `counter`, in Hz, where the boot record leaves it to the CPU. Traps as `counter` does.
[[gnu::always_inline]] inline uint64_t counter_frequency() {
    uint64_t value;
    asm volatile("mrs %0, cntfrq_el0" : "=r"(value));
    return value;
}

}  // namespace mkl::user
