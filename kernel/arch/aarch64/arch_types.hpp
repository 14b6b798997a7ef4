// SPDX-License-Identifier: BSD-2-Clause
// AArch64 EL1: registers of a thread and where RAM is mapped. See core/arch.hpp.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "mkl/abi/common.h"
#include "mkl/kapi/aarch64_classic.hpp"
#include "offsets.h"

namespace mkl::kernel::arch {

namespace abi = kapi::aarch64_classic;
inline constexpr uint32_t record_arch = MKL_ARCH_AARCH64;
/// IRQControl invocation that makes a capability for signalling another CPU.
inline constexpr uint64_t signal_label = abi::label::irq_issue_sgi_signal;

/// Physical address p of the node's RAM stands at window_base() + p (memory_map.hpp).
constexpr uintptr_t window_base() { return 0xffff000000000000; }

/// What the entry code saves. Order known to vectors.S.
struct alignas(16) Context {
    uint64_t x[31];
    uint64_t sp;  // SP_EL0
    uint64_t pc;  // where it goes on
    uint64_t spsr;
    uint64_t fault_pc;  // instruction to run again: the one that trapped
    uint64_t tls;       // TPIDR_EL0, while another thread runs
    uint64_t tls_ro;    // TPIDRRO_EL0
    uint64_t reserved;
};
static_assert(sizeof(Context) == CONTEXT_SIZE && offsetof(Context, sp) == CONTEXT_SP);
static_assert(offsetof(Context, pc) == CONTEXT_PC && offsetof(Context, spsr) == CONTEXT_SPSR);
static_assert(offsetof(Context, fault_pc) == CONTEXT_FAULT_PC);

struct alignas(16) FpuState {
    uint64_t v[64];  // Q0..Q31
    uint64_t fpcr, fpsr;
};

// Message convention: x0 badge or capability, x1 message info, x2..x5 MR0..3.
inline uint64_t badge(const Context& c) { return c.x[0]; }
inline void set_badge(Context& c, uint64_t v) { c.x[0] = v; }
inline kapi::MessageInfo message_info(const Context& c) { return {c.x[1]}; }
inline void set_message_info(Context& c, kapi::MessageInfo v) { c.x[1] = v.word; }
inline uint64_t message_register(const Context& c, unsigned i) { return c.x[2 + i]; }
inline void set_message_register(Context& c, unsigned i, uint64_t v) { c.x[2 + i] = v; }

/// The system call's number.
inline int64_t syscall_number(const Context& c) { return static_cast<int64_t>(c.x[7]); }

inline void set_tls_base(Context& c, uint64_t v) { c.tls = v; }
/// Of the current thread, whose value lives in the register.
inline void load_tls_base(const Context& c) { asm volatile("msr tpidr_el0, %0" ::"r"(c.tls)); }

}  // namespace mkl::kernel::arch
