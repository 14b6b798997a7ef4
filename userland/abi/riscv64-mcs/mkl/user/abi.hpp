// SPDX-License-Identifier: BSD-2-Clause
// The kernel ABI this program is built for: RISC-V 64, MCS. One directory per ABI; the
// build picks one by include path, nothing else in userland names an ABI.
#pragma once

#include "mkl/abi/component.h"
#include "mkl/kapi/riscv64_mcs.hpp"

namespace mkl::user {

namespace abi = mkl::kapi::riscv64_mcs;

inline constexpr uint32_t abi_id = MKL_ABI_RISCV64_MCS;

}  // namespace mkl::user

#include "mkl/user/arch_abi.hpp"
