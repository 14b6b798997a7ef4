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
    const PlanNode& mine = plan.nodes.at(node);
    for (size_t i = 1; i < tree.size(); i++) {
        if (!selection.enabled[i] || !is_claimed(mine, tree[i].path)) continue;
        const std::string& device = tree[device_above(tree, i)].path;
        for (const Reference& r : references(tree, i)) {
            if (r.kind != ReferenceKind::provider || r.target == TreeView::none) continue;
            const std::string& provider = tree[device_above(tree, r.target)].path;
            const bool again = std::any_of(out.begin(), out.end(), [&](const ProviderUse& u) {
                return u.device == device && u.provider == provider;
            });
            if (again || provider == device) continue;
            const bool own = is_claimed(mine, provider);
            ProviderUse use{device, provider, r.property->name,
                            own                           ? ProviderVerdict::owned
                            : selection.enabled[r.target] ? ProviderVerdict::infrastructure
                                                          : ProviderVerdict::firmware,
                            ""};
            for (const PlanNode& other : plan.nodes) {
                if (&other == &mine || !is_claimed(other, provider)) continue;
                use.verdict = own ? ProviderVerdict::shared : ProviderVerdict::elsewhere;
                use.node = other.name;
                break;
            }
            out.push_back(std::move(use));
        }
    }
    return out;
}

}  // namespace mkl
