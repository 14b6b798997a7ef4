// SPDX-License-Identifier: BSD-2-Clause
// The memory node of a node's tree.
#pragma once

#include <vector>

#include "mkl/model/device_tree.hpp"

namespace mkl {

/// memory@BASE with one entry a range; a size of one cell holds less than 4 GiB, so longer ranges
/// become several entries there. Precondition: `ranges` is not empty.
DtNode memory_node(const std::vector<PhysRange>& ranges, uint32_t address_cells,
                   uint32_t size_cells);

}  // namespace mkl
