// SPDX-License-Identifier: BSD-2-Clause
// The kernel ABI this program is built for: AArch64 at EL1, MCS. One directory per ABI; the
// build picks one by include path, nothing else in userland names an ABI.
#pragma once

#include "mkl/abi/component.h"
#include "mkl/kapi/aarch64_mcs.hpp"

namespace mkl::user {

namespace abi = mkl::kapi::aarch64_mcs;

inline constexpr uint32_t abi_id = MKL_ABI_AARCH64_MCS;

/// Levels of page tables, the root included.
inline constexpr unsigned paging_levels = 4;

}  // namespace mkl::user

#include "mkl/user/arch_abi.hpp"
