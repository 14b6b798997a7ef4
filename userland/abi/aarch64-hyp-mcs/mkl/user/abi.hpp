// SPDX-License-Identifier: BSD-2-Clause
// The kernel ABI this program is built for: AArch64 at EL2, MCS. One directory per ABI; the
// build picks one by include path, nothing else in userland names an ABI.
#pragma once

#include "mkl/abi/component.h"
#include "mkl/kapi/aarch64_hyp_mcs.hpp"

namespace mkl::user {

namespace abi = mkl::kapi::aarch64_hyp_mcs;

inline constexpr uint32_t abi_id = MKL_ABI_AARCH64_HYP_MCS;

/// Levels of page tables, the root included: stage 2 with 40-bit addresses starts at level 1.
inline constexpr unsigned paging_levels = 3;

}  // namespace mkl::user

#include "mkl/user/arch_abi.hpp"
