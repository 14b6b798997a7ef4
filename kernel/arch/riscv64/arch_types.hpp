// SPDX-License-Identifier: BSD-2-Clause
// RISC-V S-mode, Sv39: registers of a thread and where RAM is mapped. See core/arch.hpp.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "mkl/abi/common.h"
#include "mkl/kapi/mkl_extensions.hpp"
#include "mkl/kapi/riscv64_classic.hpp"
#include "offsets.h"

namespace mkl::kernel::arch {

namespace abi = kapi::riscv64_classic;
inline constexpr uint32_t record_arch = MKL_ARCH_RISCV64;
/// IRQControl invocation that makes a capability for signalling another CPU.
inline constexpr uint64_t signal_label = kapi::riscv_irq_issue_ipi_signal;

/// Physical address p of the node's RAM stands at window_base() + p (memory_map.hpp).
constexpr uintptr_t window_base() { return 0xffffffc000000000; }

/// What the entry code saves; x[0] is unused. Order known to trap.S.
struct alignas(16) Context {
    uint64_t x[32];
    uint64_t pc;        // where it goes on
    uint64_t fault_pc;  // instruction to run again: the one that trapped
};
static_assert(sizeof(Context) == CONTEXT_SIZE && offsetof(Context, pc) == CONTEXT_PC);
static_assert(offsetof(Context, fault_pc) == CONTEXT_FAULT_PC);

struct FpuState {
    uint64_t f[32];
    uint64_t fcsr;
};

enum Register : unsigned { ra = 1, sp = 2, gp = 3, tp = 4, a0 = 10, a1 = 11, a2 = 12, a7 = 17 };

// Message convention: a0 badge or capability, a1 message info, a2..a5 MR0..3.
inline uint64_t badge(const Context& c) { return c.x[a0]; }
inline void set_badge(Context& c, uint64_t v) { c.x[a0] = v; }
inline kapi::MessageInfo message_info(const Context& c) { return {c.x[a1]}; }
inline void set_message_info(Context& c, kapi::MessageInfo v) { c.x[a1] = v.word; }
inline uint64_t message_register(const Context& c, unsigned i) { return c.x[a2 + i]; }
inline void set_message_register(Context& c, unsigned i, uint64_t v) { c.x[a2 + i] = v; }

/// The system call's number.
inline int64_t syscall_number(const Context& c) { return static_cast<int64_t>(c.x[a7]); }

inline void set_tls_base(Context& c, uint64_t v) { c.x[tp] = v; }
/// tp is restored from the context at every exit.
inline void load_tls_base(const Context&) {}

}  // namespace mkl::kernel::arch
