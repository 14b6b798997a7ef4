// SPDX-License-Identifier: BSD-2-Clause
// What a test of the kernel core sets and sees.
#pragma once

#include "kernel.hpp"

namespace mkl::kernel::arch {

/// Asked by every preemption check; null: no interrupt is ever pending.
extern bool (*host_interrupt_pending)();
/// Interrupt lines that are enabled, and SGIs raised so far.
extern bool host_irq_enabled[max_irqs];
extern unsigned host_sgis;

}  // namespace mkl::kernel::arch
