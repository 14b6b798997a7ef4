// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/emit/providers.hpp"

#include <algorithm>

#include "mkl/hardware/references.hpp"
#include "selection.hpp"

namespace mkl {

namespace {

/// The device that has the node a reference names.
size_t device_above(const TreeView& tree, size_t index) {
    while (index != 0 && tree[index].node->property("compatible") == nullptr)
        index = tree[index].parent;
    return index;
}

}  // namespace

std::vector<ProviderUse> provider_uses(const Plan& plan, size_t node, const Hardware& hardware) {
    std::vector<ProviderUse> out;
    const TreeView tree{hardware.tree};
    const Selection selection = select_nodes(tree, plan, node, hardware);
    std::vector<std::vector<bool>> claimed;  // by node of the plan
    for (const PlanNode& n : plan.nodes) claimed.push_back(claimed_nodes(tree, n));
    for (size_t i = 1; i < tree.size(); i++) {
        if (!selection.enabled[i] || !claimed[node][i]) continue;
        const std::string& device = tree[device_above(tree, i)].path;
        for (const Reference& r : references(tree, i)) {
            if (r.kind != ReferenceKind::provider || r.target == TreeView::none) continue;
            const size_t at = device_above(tree, r.target);
            const std::string& provider = tree[at].path;
            const bool again = std::any_of(out.begin(), out.end(), [&](const ProviderUse& u) {
                return u.device == device && u.provider == provider;
            });
            if (again || provider == device) continue;
            const bool own = claimed[node][at];
            ProviderUse use{device, provider, r.property->name,
                            own                           ? ProviderVerdict::owned
                            : selection.enabled[r.target] ? ProviderVerdict::infrastructure
                                                          : ProviderVerdict::firmware,
                            ""};
            for (size_t other = 0; other < plan.nodes.size(); other++) {
                if (other == node || !claimed[other][at]) continue;
                use.verdict = own ? ProviderVerdict::shared : ProviderVerdict::elsewhere;
                use.node = plan.nodes[other].name;
                break;
            }
            out.push_back(std::move(use));
        }
    }
    return out;
}

}  // namespace mkl
