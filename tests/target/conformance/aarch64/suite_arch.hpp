// SPDX-License-Identifier: BSD-2-Clause
// The suite on AArch64: system call, thread pointer, registers of a new thread.
#pragma once

#include "mkl/abi/common.h"
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

/// Until the next interrupt of this CPU, at the latest its next tick.
inline constexpr bool can_sleep = true;
inline void sleep_a_moment() { asm volatile("wfi" ::: "memory"); }

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
/// Fault messages: cause of a load that finds no page, in the status word; lengths.
inline constexpr unsigned fault_cause_shift = 26;
inline constexpr Word load_fault_cause = 0x24;
inline constexpr Word exception_message_length = mkl::kapi::aarch64_exception_length;
inline constexpr Word exception_reply_length = 3;
inline constexpr uint32_t return_instruction = 0xd65f03c0;

#define SUITE_FP ".arch_extension fp\n"
/// One floating-point register that functions keep.
inline void set_fp(Word v) { asm volatile(SUITE_FP "fmov d8, %0" ::"r"(v)); }
inline Word get_fp() {
    Word v;
    asm volatile(SUITE_FP "fmov %0, d8" : "=r"(v));
    return v;
}
inline constexpr uint32_t record_arch = MKL_ARCH_AARCH64;
/// Cache maintenance, of a frame or of a VSpace.
constexpr bool is_frame_label(Word l) { return l >= abi::label::page_map; }
constexpr bool is_cache_label(Word l) {
    return (l >= abi::label::vspace_clean_data && l <= abi::label::vspace_unify_instruction) ||
           (l >= abi::label::page_clean_data && l <= abi::label::page_unify_instruction);
}
/// Labels that no call of the fuzzer's can bring to succeed: there is no SMC capability.
constexpr bool can_succeed(Word l) { return l != abi::label::smc_call; }
/// What the test machine grants: two lines, a signal to oneself; and the kernel's timer line.
inline constexpr Word device_line = 33, signal_id = 1, signal_irq = 1, timer_line = 27;
inline constexpr Word signal_label = abi::label::irq_issue_sgi_signal;
/// Each signal has an interrupt of its own.
inline constexpr bool shared_signals = false;
/// Last label of a VSpace's invocations, the SMC call included; of all invocations.
inline constexpr Word last_vspace_label = abi::label::smc_call;
inline constexpr Word label_count = abi::label::label_count;

/// Lines below this are the CPU's own; lines of nobody or of another node.
inline constexpr Word private_lines = 32;
inline constexpr Word foreign_lines[] = {32, 35, 48, 79, 200, 1019};
struct Range {
    Word base, end;
};
/// RAM first, then two device pages, a pool, another node's log, the status page.
inline constexpr Range granted[] = {
    {0x44000000, 0x48000000},
    {0x9000000,  0x9001000 },
    {0x9010000,  0x9011000 },
    {0x50000000, 0x50201000},
    {0x60000000, 0x60001000}
};
inline constexpr Word read_only_range = 0x50200000;

/// Where the suite comes back to when a test fails.
struct Jump {
    Word saved[12], sp;
};
extern "C" Word suite_save(Jump*);
/// Makes a system call with known values in x9 to x30; how many of them are others afterwards.
extern "C" Word suite_keeps(int64_t number, Word cap, Word info);
extern "C" [[noreturn]] void suite_jump(Jump*);

}  // namespace suite
