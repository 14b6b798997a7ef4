// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/model/plan.hpp"

namespace mkl {

std::vector<PhysRange> PlanNode::kernel_ram() const {
    std::vector<PhysRange> taken;
    for (const PlanFile& f : files) taken.push_back(f.range);
    return subtract(memory, taken);
}

std::optional<Rights> PlanPool::rights_of(size_t node) const {
    for (const auto& [member, rights] : nodes)
        if (member == node) return rights;
    return std::nullopt;
}

std::vector<PhysRange> Plan::common_ram(size_t node) const {
    std::vector<PhysRange> out;
    for (const PlanPool& pool : pools)
        if (pool.rights_of(node)) out.push_back(pool.range);
    for (size_t i = 0; i < nodes.size(); i++) {
        out.push_back(nodes[i].status);
        if (nodes[i].log && (i == node || nodes[node].prints_logs)) out.push_back(*nodes[i].log);
    }
    return out;
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
