// SPDX-License-Identifier: BSD-2-Clause
// What the built-in kernel offers outside seL4's ABI, with numbers that seL4 does not use.
#pragma once

#include "mkl/kapi/types.hpp"

namespace mkl::kapi {

/// RISC-V: IRQControl invocation like ARM's IssueSGISignal (id 0, hart, index, depth; the root
/// CNode as extra capability). The signal arrives at that hart as interrupt 0. The (0, hart) pair
/// must be listed in the boot record.
inline constexpr Word riscv_irq_issue_ipi_signal = 41;

}  // namespace mkl::kapi
