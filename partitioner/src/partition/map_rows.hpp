// SPDX-License-Identifier: BSD-2-Clause
// The physical map as rows, for the text and the picture.
#pragma once

#include <string>
#include <vector>

#include "mkl/model/plan.hpp"

namespace mkl::placement {

enum class RowKind { node, file, pool, loader, log, status, decoy, reserved, free };

struct MapRow {
    PhysRange range;
    RowKind kind = RowKind::free;
    size_t index = 0;    ///< of the node or pool
    std::string who;     ///< "node0"; of a file: its name
    std::string detail;  ///< "rw for node0, node1"; may be empty
};

/// Every byte of RAM in exactly one row, ascending; what is reserved outside RAM is left out.
std::vector<MapRow> map_rows(const Plan& plan, const System& system);

/// Sizes for reading: exact if that is short, else cut to a tenth of the unit ("951.9 MiB").
std::string about_size(uint64_t bytes);

}  // namespace mkl::placement
