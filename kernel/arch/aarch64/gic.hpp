// SPDX-License-Identifier: BSD-2-Clause
// Generic interrupt controller, versions 2 and 3: this CPU's interface, and of the distributor
// only enable bits of lines the node owns (and GICv2's banked registers and SGIR).
#pragma once

#include "mkl/rt/boot_record.hpp"

namespace mkl::kernel::arch {

/// Maps and sets up the CPU interface; what stands in `detail` belongs to a refusal.
bool init_gic(const rt::BootRecord& record, uint64_t& detail);
/// Acknowledges the highest pending interrupt; the word that end_interrupt needs.
uint64_t take_interrupt();
/// Interrupt id in that word; 1020 and above: none.
uint64_t interrupt_id(uint64_t taken);
void end_interrupt(uint64_t taken);

}  // namespace mkl::kernel::arch
