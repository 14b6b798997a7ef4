// SPDX-License-Identifier: BSD-2-Clause
// Where a node's bus masters can have their buffers.
#include "mkl/claims/claims.hpp"
#include "mkl/support/text.hpp"
#include "steps.hpp"

namespace mkl::placement {

std::vector<PhysRange> dma_reach(const Context& c, size_t node) {
    std::vector<PhysRange> reach{everywhere};
    for (const DeviceClaim& claim : device_claims(c.system, c.hardware, node)) {
        const Device& d = c.hardware.devices[claim.device];
        if (!d.has_dma || !d.iommu.empty() || !d.dma_windows || d.dma_windows->empty()) continue;
        const auto both = intersect(reach, *d.dma_windows);
        if (intersect(both, c.plan.ram).empty()) continue;  // no RAM at all: nothing to prefer
        reach = both;
    }
    return reach;
}

void check_reach_of_fixed(Context& c) {
    for (size_t i = 0; i < c.plan.nodes.size(); i++) {
        const std::vector<MemoryRequest>& asked = c.system.nodes[i].memory;
        if (asked.empty() || !asked.front().base) continue;  // place_memory() has seen to it
        const std::vector<PhysRange> reach = dma_reach(c, i);
        if (!intersect(reach, c.plan.nodes[i].memory).empty()) continue;
        c.sink.report(
            {.id = "W312",
             .where = asked.front().base->where,
             .message =
                 cat("node '", c.plan.nodes[i].name, "' owns a bus master that reaches only ",
                     reach.front(), reach.size() > 1 ? " and more" : "", ", and has no RAM there"),
             .hint = "move the base, or add a smaller range without one; buffers for the "
                     "device must lie within its reach"});
    }
}

}  // namespace mkl::placement
