// SPDX-License-Identifier: BSD-2-Clause
// Limits of the kernel. Those an ABI fixes stand in mkl/kapi.
#pragma once

#include <stdint.h>

namespace mkl::kernel {

using Word = uint64_t;

inline constexpr unsigned word_bits = 64;
inline constexpr unsigned num_priorities = 256;
inline constexpr unsigned max_domains = 16;  // seL4's KernelNumDomains has the same limit here
inline constexpr unsigned domain_schedule_size = 256;
inline constexpr unsigned ticks_per_slice = 5;  // round robin, in timer ticks
inline constexpr unsigned tick_microseconds = 2000;
inline constexpr unsigned max_irqs = 1024;  // interrupt ids 0..1023 (GIC, PLIC)
inline constexpr unsigned min_root_cnode_bits = 12;
inline constexpr uint64_t page_size = 4096;

#ifdef MKL_KERNEL_DEBUG
inline constexpr bool debug_build = true;
#else
inline constexpr bool debug_build = false;
#endif

}  // namespace mkl::kernel
