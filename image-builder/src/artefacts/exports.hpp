// SPDX-License-Identifier: BSD-2-Clause
// What a root task of the user's own is given, where its programs can read it: NODE/exports.h and
// NODE/exports.json. docs/system-yaml.md, "A root task of your own".
#pragma once

#include "mkl/artefacts/artefacts.hpp"

namespace mkl {

/// Fills exports_h and exports_json; nothing of the node's programs is needed.
void write_exports(const Plan& plan, size_t node, const System& system, NodeArtefacts& out);

}  // namespace mkl
