// SPDX-License-Identifier: BSD-2-Clause
// The suite on RISC-V: system call, thread pointer, registers of a new thread.
#pragma once

#include "mkl/abi/common.h"
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

/// User level has no such instruction.
inline constexpr bool can_sleep = false;
inline void sleep_a_moment() {}

template <class T>
T* thread_pointer() {
    T* p;
    asm volatile("mv %0, tp" : "=r"(p));
    return p;
}
inline void set_thread_pointer(const void* p) { asm volatile("mv tp, %0" ::"r"(p)); }
/// 4 bytes, so that a handler can skip it as elsewhere.
inline void undefined_instruction() { asm volatile(".balign 4\n.word 0xffffffff"); }

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
/// Fault messages: cause of a load that finds no page, in the status word; lengths.
inline constexpr unsigned fault_cause_shift = 0;
inline constexpr Word load_fault_cause = 5;
inline constexpr Word exception_message_length = mkl::kapi::riscv64_exception_length;
inline constexpr Word exception_reply_length = 2;
inline constexpr uint32_t return_instruction = 0x00008067;

#define SUITE_FP ".option push\n.option arch, +f, +d\n"
/// One floating-point register that functions keep.
inline void set_fp(Word v) { asm volatile(SUITE_FP "fmv.d.x fs0, %0\n.option pop" ::"r"(v)); }
inline Word get_fp() {
    Word v;
    asm volatile(SUITE_FP "fmv.x.d %0, fs0\n.option pop" : "=r"(v));
    return v;
}
inline constexpr uint32_t record_arch = MKL_ARCH_RISCV64;
/// There are no calls for cache maintenance.
constexpr bool is_frame_label(Word) { return false; }
constexpr bool is_cache_label(Word) { return false; }
/// Labels that no call of the fuzzer's can bring to succeed.
constexpr bool can_succeed(Word) { return true; }
/// What the test machine grants: a source and a signal to oneself. The timer is no source.
inline constexpr Word device_line = 11, signal_id = 0, signal_irq = 0, timer_line = 0;
inline constexpr Word signal_label = mkl::kapi::riscv_irq_issue_ipi_signal;
/// All signals of other harts are one interrupt.
inline constexpr bool shared_signals = true;
/// A VSpace is a page table here: it has no labels of its own. Of all invocations, ours included.
inline constexpr Word last_vspace_label = 0;
inline constexpr Word label_count = mkl::kapi::riscv_irq_issue_ipi_signal + 1;

/// Number 0 stands for signals of other harts; sources of nobody or of another node.
inline constexpr Word private_lines = 1;
inline constexpr Word foreign_lines[] = {1, 10, 12, 32, 95, 1023};
struct Range {
    Word base, end;
};
/// RAM first, then two device pages, a pool, another node's log, the status page.
inline constexpr Range granted[] = {
    {0x84000000, 0x88000000},
    {0x101000,   0x102000  },
    {0x10000000, 0x10001000},
    {0x90000000, 0x90201000},
    {0xa0000000, 0xa0001000}
};
inline constexpr Word read_only_range = 0x90200000;

/// Where the suite comes back to when a test fails.
struct Jump {
    Word saved[13], sp;
};
extern "C" Word suite_save(Jump*);
/// Makes a system call with known values in the registers that no protocol uses; how many of them
/// are others afterwards.
extern "C" Word suite_keeps(int64_t number, Word cap, Word info);
extern "C" [[noreturn]] void suite_jump(Jump*);

}  // namespace suite
