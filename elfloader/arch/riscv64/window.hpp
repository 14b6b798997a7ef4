// SPDX-License-Identifier: BSD-2-Clause
// Kernels that are entered with address translation on.
#pragma once

#include "arch.hpp"

namespace mkl::loader::arch {

/// Tables of one node in its own part of scratch; `satp` is what turns them on.
Fault build_window(const Payload& payload, const mkl_payload_node& node, uint64_t& satp);

}  // namespace mkl::loader::arch
