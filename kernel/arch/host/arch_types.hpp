// SPDX-License-Identifier: BSD-2-Clause
// Host: registers that only hold messages, and RAM in an array. See core/arch.hpp.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "mkl/abi/common.h"
#include "mkl/kapi/aarch64_classic.hpp"

namespace mkl::kernel::arch {

namespace abi = kapi::aarch64_classic;
inline constexpr uint32_t record_arch = MKL_ARCH_AARCH64;
/// IRQControl invocation that makes a capability for signalling another CPU.
inline constexpr uint64_t signal_label = abi::label::irq_issue_sgi_signal;

/// Set by the test to where its array stands.
extern uintptr_t host_window;
inline uintptr_t window_base() { return host_window; }

struct Context {
    uint64_t x[8];
    uint64_t pc, fault_pc, tls;
};
struct FpuState {};

inline uint64_t badge(const Context& c) { return c.x[0]; }
inline void set_badge(Context& c, uint64_t v) { c.x[0] = v; }
inline kapi::MessageInfo message_info(const Context& c) { return {c.x[1]}; }
inline void set_message_info(Context& c, kapi::MessageInfo v) { c.x[1] = v.word; }
inline uint64_t message_register(const Context& c, unsigned i) { return c.x[2 + i]; }
inline void set_message_register(Context& c, unsigned i, uint64_t v) { c.x[2 + i] = v; }
inline void set_tls_base(Context& c, uint64_t v) { c.tls = v; }
inline void load_tls_base(const Context&) {}

}  // namespace mkl::kernel::arch
