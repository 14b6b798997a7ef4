// SPDX-License-Identifier: BSD-2-Clause
// Kernels that are entered with the MMU on.
#pragma once

#include "arch.hpp"

namespace mkl::loader::arch {

/// Tables of one node that show its kernel at kernel_virt, built in the node's own part of
/// scratch. `out`: root of the window (EL1: TTBR1; EL2: TTBR0, identity map included), root of
/// the identity map, and TCR for the kernel's level.
Fault build_window(const Payload& payload, const mkl_payload_node& node, Translation& out);

}  // namespace mkl::loader::arch
