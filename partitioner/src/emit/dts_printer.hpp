// SPDX-License-Identifier: BSD-2-Clause
// Device tree source text, piece by piece.
#pragma once

#include <string>

#include "mkl/model/device_tree.hpp"

namespace mkl {

/// "name = <...>;" without indentation and line end.
std::string dts_property(const DtProperty& property);

/// "name { ... };" with everything below it; `depth` levels of indentation.
void print_dts_node(const DtNode& node, int depth, std::string& out);

}  // namespace mkl
