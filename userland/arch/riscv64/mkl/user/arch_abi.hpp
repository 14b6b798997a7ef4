// SPDX-License-Identifier: BSD-2-Clause
// What every RISC-V 64 ABI has in common. Included by abi.hpp, behind its namespace `abi`.
#pragma once

#include "mkl/kapi/mkl_extensions.hpp"

namespace mkl::user {

namespace kapi = mkl::kapi;

inline constexpr uint32_t arch_id = MKL_ARCH_RISCV64;

/// Levels of page tables, the root included (Sv39).
inline constexpr unsigned paging_levels = 3;

/// seL4_RISCV_VMAttributes: there is no uncached mapping.
inline constexpr uint64_t map_cached = 0;
inline constexpr uint64_t map_uncached = 0;
inline constexpr uint64_t map_execute_never = kapi::riscv_execute_never;

/// Registers of TCB_WriteRegisters up to the fourth argument: pc, ra, sp, gp, s0..s11, a0..a3.
inline constexpr unsigned context_pc = 0;
inline constexpr unsigned context_sp = 2;
inline constexpr unsigned context_arg0 = 16;
inline constexpr unsigned context_words = 20;

/// Invocations that not every architecture has; 0: none. The signal is the built-in kernel's own.
inline constexpr uint64_t unify_label = 0;
inline constexpr uint64_t signal_label = kapi::riscv_irq_issue_ipi_signal;

/// Interrupts that other CPUs raise: one, behind words that say what it was for.
inline constexpr bool is_sgi(uint32_t) { return false; }

/// Word of an UnknownSyscall message that holds the program counter.
inline constexpr unsigned syscall_pc_word = kapi::riscv64_syscall_ip;
/// And the system call's number.
inline constexpr unsigned syscall_number_word = 10;

}  // namespace mkl::user
