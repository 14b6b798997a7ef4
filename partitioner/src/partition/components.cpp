// SPDX-License-Identifier: BSD-2-Clause
// What the plan says of components: authority that they hold, domains that they are in.
#include <set>

#include "mkl/claims/claims.hpp"
#include "steps.hpp"

namespace mkl::placement {

namespace {

constexpr uint64_t turn_us = 10000;  // of a domain, where the YAML has no schedule

void list_authority(Context& c, size_t component) {
    const ComponentRequest& request = c.system.components[component];
    const auto node = c.system.node_index(request.node.value);
    if (!node) return;
    for (size_t i = 0; i < request.caps.size(); i++) {
        const ComponentCap& cap = request.caps[i];
        if (!cap.is_authority()) continue;
        PlanAuthority held{component, i, cap.kind, {}};
        if (cap.device)
            for (const size_t d : select(c.hardware, *cap.device))
                for (const PhysRange pages : pages_of(c.hardware.devices[d]))
                    held.pages.push_back(pages);
        held.pages = normalise(std::move(held.pages));
        c.plan.nodes[*node].authority.push_back(std::move(held));
    }
}

}  // namespace

void plan_components(Context& c) {
    for (size_t i = 0; i < c.system.components.size(); i++) list_authority(c, i);
    for (size_t n = 0; n < c.plan.nodes.size(); n++) {
        const NodeRequest& request = c.system.nodes[n];
        std::set<uint32_t> used{0};
        for (const ComponentRequest& component : c.system.components)
            if (component.node.value == request.name.value) used.insert(component.domain.value);
        for (const DomainTime& d : request.domains)
            c.plan.nodes[n].domains.push_back({d.domain.value, d.time_us});
        if (!request.domains.empty() || used.size() == 1) continue;
        for (const uint32_t domain : used) c.plan.nodes[n].domains.push_back({domain, turn_us});
    }
}

}  // namespace mkl::placement
