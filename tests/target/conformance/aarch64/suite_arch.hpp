// SPDX-License-Identifier: BSD-2-Clause
// The suite on AArch64: system call, thread pointer, registers of a new thread.
#pragma once

#include "mkl/kapi/aarch64_classic.hpp"

namespace suite {

namespace abi = mkl::kapi::aarch64_classic;
using mkl::kapi::Word;

struct RawResult {
    Word badge, info, mr[4];
};

inline RawResult raw_syscall(int64_t number, Word a0, Word info, Word m0, Word m1, Word m2,
                             Word m3) {
    register Word x0 asm("x0") = a0;
    register Word x1 asm("x1") = info;
    register Word x2 asm("x2") = m0;
    register Word x3 asm("x3") = m1;
    register Word x4 asm("x4") = m2;
    register Word x5 asm("x5") = m3;
    register Word x7 asm("x7") = static_cast<Word>(number);
    asm volatile("svc #0"
                 : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3), "+r"(x4), "+r"(x5)
                 : "r"(x7)
                 : "memory");
    return {
        x0, x1, {x2, x3, x4, x5}
    };
}

template <class T>
T* thread_pointer() {
    T* p;
    asm volatile("mrs %0, tpidr_el0" : "=r"(p));
    return p;
}
inline void set_thread_pointer(const void* p) { asm volatile("msr tpidr_el0, %0" ::"r"(p)); }
inline void undefined_instruction() { asm volatile(".inst 0x00000000"); }

/// Index of a register in seL4_UserContext.
inline constexpr unsigned context_pc = 0, context_sp = 1, context_arg0 = 3, context_arg1 = 4;
/// log2 of the region one top-level table entry stands for.
inline constexpr Word top_level_bits = 39;
/// An address no tables exist for, and one outside user space.
inline constexpr Word far_address = 0x7f0000000000, outside_address = 0xffff000000000000;
inline constexpr Word default_attributes = mkl::kapi::arm_default_attributes;
inline constexpr Word no_execute = mkl::kapi::arm_execute_never;

/// SPSR: what a thread has besides its flags (FIQ masked).
inline constexpr bool has_status_register = true;
inline constexpr Word status_register = 0x40;
/// What the test machine grants: two lines, a signal to oneself; and the kernel's timer line.
inline constexpr Word device_line = 33, signal_id = 1, signal_irq = 1, timer_line = 27;
inline constexpr Word signal_label = abi::label::irq_issue_sgi_signal;

/// Where the suite comes back to when a test fails.
struct Jump {
    Word saved[12], sp;
};
extern "C" Word suite_save(Jump*);
extern "C" [[noreturn]] void suite_jump(Jump*);

}  // namespace suite
