// SPDX-License-Identifier: BSD-2-Clause
// What every AArch64 ABI has in common. Included by abi.hpp, behind its namespace `abi`.
#pragma once

namespace mkl::user {

namespace kapi = mkl::kapi;

inline constexpr uint32_t arch_id = MKL_ARCH_AARCH64;

/// seL4_ARM_VMAttributes.
inline constexpr uint64_t map_cached = kapi::arm_default_attributes;
inline constexpr uint64_t map_uncached = 0;
inline constexpr uint64_t map_execute_never = kapi::arm_execute_never;

/// Registers of TCB_WriteRegisters up to the fourth argument: pc, sp, spsr, x0..x3.
inline constexpr unsigned context_pc = 0;
inline constexpr unsigned context_sp = 1;
inline constexpr unsigned context_arg0 = 3;
inline constexpr unsigned context_words = 7;

/// Invocations that not every architecture has; 0: none.
inline constexpr uint64_t unify_label = abi::label::page_unify_instruction;
inline constexpr uint64_t signal_label = abi::label::irq_issue_sgi_signal;

/// Interrupts that other CPUs raise (Arm IHI 0069H, 2.2.1).
inline constexpr bool is_sgi(uint32_t irq) { return irq < 16; }

/// Word of an UnknownSyscall message that holds the program counter.
inline constexpr unsigned syscall_pc_word = kapi::aarch64_syscall_ip;
/// And the system call's number.
inline constexpr unsigned syscall_number_word = 12;

}  // namespace mkl::user
