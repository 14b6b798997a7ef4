// SPDX-License-Identifier: BSD-2-Clause
// Which nodes of the board's tree a node of the system gets, and which of them are enabled.
#pragma once

#include <vector>

#include "mkl/hardware/tree_view.hpp"
#include "mkl/model/hardware.hpp"
#include "mkl/model/plan.hpp"

namespace mkl {

struct Selection {
    std::vector<bool> kept;     ///< by TreeView index; a kept node's ancestors are kept
    std::vector<bool> enabled;  ///< itself and all ancestors will be okay
    std::vector<bool> passage;  ///< a bus that several nodes pass through: loses its own registers
};

/// Whether `path` is `device` or stands below it.
bool is_within(std::string_view path, std::string_view device);

/// By TreeView index: the devices that the plan gives to `node`, with what is below them.
std::vector<bool> claimed_nodes(const TreeView& tree, const PlanNode& node);

/// By TreeView index: what stands above such a device.
std::vector<bool> nodes_above_claims(const TreeView& tree, const PlanNode& node);

Selection select_nodes(const TreeView& base, const Plan& plan, size_t node,
                       const Hardware& hardware);

}  // namespace mkl
