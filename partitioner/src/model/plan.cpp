// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/model/plan.hpp"

namespace mkl {

std::vector<PhysRange> PlanNode::kernel_ram() const {
    std::vector<PhysRange> taken;
    for (const PlanFile& f : files) taken.push_back(f.range);
    return subtract(memory, taken);
}

std::string_view to_text(Enforcer enforcer) {
    switch (enforcer) {
    case Enforcer::hardware:
        return "hardware";
    case Enforcer::kernel:
        return "kernel";
    case Enforcer::loader:
        return "loader";
    case Enforcer::initialiser:
        return "initialiser";
    case Enforcer::nobody:
        return "nobody";
    }
    return "";
}

std::string_view to_text(ProviderVerdict verdict) {
    switch (verdict) {
    case ProviderVerdict::owned:
        return "owned";
    case ProviderVerdict::infrastructure:
        return "infrastructure";
    case ProviderVerdict::firmware:
        return "firmware";
    case ProviderVerdict::shared:
        return "shared";
    case ProviderVerdict::elsewhere:
        return "elsewhere";
    }
    return "";
}

std::string_view guarantee_preamble() {
    return "Another kernel on another core is to this one what another bus master is: nothing "
           "below "
           "keeps a kernel out of a neighbour's memory but its own code. Each row says who keeps "
           "the programs of the node, or the node itself, to their part.";
}

}  // namespace mkl
