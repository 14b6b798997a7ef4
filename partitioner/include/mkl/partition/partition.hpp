// SPDX-License-Identifier: BSD-2-Clause
// Placement: gives every node its own physical memory, no byte to two nodes, and decides pools,
// loader, logs, status pages, SGIs and who owns which page and interrupt.
//
// In       a System that check() has accepted on this Hardware
// Errors   E3xx (mkl/partition/findings.hpp): everything that does not fit, not only the first
// Method   fixed bases first, then largest first, lowest fit; docs/partitioning.md
// Pure     no file, no clock, no randomness: same input, same Plan
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mkl/model/plan.hpp"
#include "mkl/support/diagnostic.hpp"

namespace mkl {

/// Where a pool that mkl makes, or a node's decoy (`decoy-NODE`), stood in an earlier plan.
struct KeptPool {
    std::string name;
    PhysRange range;
    std::vector<std::string> nodes;  ///< members, ascending
};

/// What `kept` names stays where it has it as long as all else fits beside it.
[[nodiscard]] std::optional<Plan> partition(const System& system, const Hardware& hardware,
                                            DiagnosticSink& sink,
                                            std::span<const KeptPool> kept = {});

}  // namespace mkl
