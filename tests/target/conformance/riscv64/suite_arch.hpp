// SPDX-License-Identifier: BSD-2-Clause
// The suite on RISC-V: system call, thread pointer, registers of a new thread.
#pragma once

#include "mkl/kapi/mkl_extensions.hpp"
#include "mkl/kapi/riscv64_classic.hpp"

namespace suite {

namespace abi = mkl::kapi::riscv64_classic;
using mkl::kapi::Word;

struct RawResult {
    Word badge, info, mr[4];
};

inline RawResult raw_syscall(int64_t number, Word cap, Word info, Word m0, Word m1, Word m2,
                             Word m3) {
    register Word r0 asm("a0") = cap;
    register Word r1 asm("a1") = info;
    register Word r2 asm("a2") = m0;
    register Word r3 asm("a3") = m1;
    register Word r4 asm("a4") = m2;
    register Word r5 asm("a5") = m3;
    register Word r7 asm("a7") = static_cast<Word>(number);
    asm volatile("ecall"
                 : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3), "+r"(r4), "+r"(r5)
                 : "r"(r7)
                 : "memory");
    return {
        r0, r1, {r2, r3, r4, r5}
    };
}

template <class T>
T* thread_pointer() {
    T* p;
    asm volatile("mv %0, tp" : "=r"(p));
    return p;
}
inline void set_thread_pointer(const void* p) { asm volatile("mv tp, %0" ::"r"(p)); }
inline void undefined_instruction() { asm volatile(".word 0"); }

/// Index of a register in seL4_UserContext.
inline constexpr unsigned context_pc = 0, context_sp = 2, context_arg0 = 16, context_arg1 = 17;
/// log2 of the region one top-level table entry stands for.
inline constexpr Word top_level_bits = 30;
/// An address no tables exist for, and one outside user space.
inline constexpr Word far_address = 0x3000000000, outside_address = 0xffffffc000000000;
inline constexpr Word default_attributes = 0;
inline constexpr Word no_execute = mkl::kapi::riscv_execute_never;

inline constexpr bool has_status_register = false;
inline constexpr Word status_register = 0;
/// What the test machine grants: a source and a signal to oneself. The timer is no source.
inline constexpr Word device_line = 11, signal_id = 0, signal_irq = 0, timer_line = 12;
inline constexpr Word signal_label = mkl::kapi::riscv_irq_issue_ipi_signal;

/// Where the suite comes back to when a test fails.
struct Jump {
    Word saved[13], sp;
};
extern "C" Word suite_save(Jump*);
extern "C" [[noreturn]] void suite_jump(Jump*);

}  // namespace suite
