// SPDX-License-Identifier: BSD-2-Clause
// The private RAM that stands in for the distributor, in the tree that a kernel is built from.
#pragma once

#include <optional>
#include <string>

#include "mkl/hardware/tree_view.hpp"
#include "mkl/model/hardware.hpp"
#include "mkl/model/plan.hpp"

namespace mkl {

/// The node's private block that stands in for the distributor, where the plan has one.
std::optional<PhysRange> decoy(const Plan& plan, size_t node);

/// Text that, concatenated to the source of `tree`, makes its interrupt controller's first
/// registers the decoy. "" without a decoy, without the board's controller in `tree`, or where a
/// bus above it cannot be given a window onto RAM.
std::string decoy_block(const Plan& plan, size_t node, const TreeView& tree,
                        const Hardware& hardware);

}  // namespace mkl
