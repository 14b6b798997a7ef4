// SPDX-License-Identifier: BSD-2-Clause
// Kernels that the loader tells what they have (protocol `sel4-loader-info`).
//
// In       a node of the plan, where its parts stand
// Out      the info page (mkl/abi/loader_info.h); RAM that its kernel keeps from its root task
// Errors   E562
// Limits   AArch64; the page's tables: 16 RAM ranges, 17 reserved ones
#pragma once

#include "mkl/abi/loader_info.h"
#include "mkl/model/plan.hpp"
#include "mkl/support/byte_rope.hpp"
#include "mkl/support/diagnostic.hpp"

namespace mkl::sel4 {

/// RAM of the board that is not the node's, shared with it or its to look at; ascending. No untyped
/// covers it.
std::vector<PhysRange> kept_from(const Plan& plan, size_t node);

struct InfoParts {
    PhysRange kernel;
    PhysRange root;  ///< tree included
    uint64_t root_virt = 0, root_entry = 0;
    PhysRange page;  ///< where the info page itself stands
};
/// nullopt with E562: the node has more ranges than the page has room for.
std::optional<Bytes> loader_info(const Plan& plan, size_t node, const InfoParts& parts,
                                 const SourceSpan& where, DiagnosticSink& sink);

}  // namespace mkl::sel4
