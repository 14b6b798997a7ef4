// SPDX-License-Identifier: BSD-2-Clause
// Platform-level interrupt controller: this hart's context. Priorities are the loader's.
#pragma once

#include "mkl/rt/boot_record.hpp"

namespace mkl::kernel::arch {

/// False if the record names a controller that is no PLIC or cannot be mapped. With none at all
/// (the RISC-V AIA) no device's interrupt arrives.
bool init_plic(const rt::BootRecord& record);
/// Source of the highest pending interrupt, 0: none. It is completed at once.
uint32_t take_external_interrupt();

}  // namespace mkl::kernel::arch
