// SPDX-License-Identifier: BSD-2-Clause
// What a component asks for besides its program: DMA memory, files, a budget, who gets its faults.
#include <algorithm>
#include <map>

#include "mkl/support/text.hpp"
#include "wiring.hpp"

namespace mkl::capdl {

void Wiring::add_dma(Component& component) {
    const auto request_index =
        static_cast<size_t>(&component.request() - system_.components.data());
    for (const PlanPool& pool : plan_.pools) {
        for (const PoolSlice& s : pool.slices) {
            if (!s.dma || s.dma->first != request_index) continue;
            const ComponentDma& dma = component.request().dma[s.dma->second];
            const uint64_t base = s.range.base().value;
            const std::string name = cat(component.request().name.value, "_dma_", dma.name);
            const uint64_t at = component.map_dma(frames(name, s.range.size_bytes(), base));
            component.add_end(dma.name, {MKL_END_DMA, at, dma.size.value, base, 0}, dma.size.where);
        }
    }
}

/// RAM of the node like any other, but for its address: cached, and the component may write it.
void Wiring::add_files(Component& component) {
    for (const PlanFile& f : plan_.nodes[node_].files) {
        const FileRequest& file = system_.files[f.file];
        for (const Located<std::string>& name : component.request().files) {
            if (name.value != file.name.value) continue;
            const uint64_t base = f.range.base().value, room = f.range.size_bytes();
            const uint64_t at = component.map_shared(frames(cat("file_", name.value), room, base),
                                                     right_read | right_write, false);
            component.add_end(name.value,
                              {MKL_END_DMA, at, std::min(file.bytes.value_or(room), room), base, 0},
                              name.where);
        }
    }
}

void Wiring::check_time(const ComponentRequest& request) {
    if (!request.budget_us && !request.period_us) return;
    if (!abi_has_scheduling_contexts(spec_.abi))
        return report("E528", request.where,
                      cat("component '", request.name.value, "' has a budget, but the kernel of '",
                          spec_.node, "' is not an MCS kernel: it gives every thread a time slice"),
                      "remove `budget:` and `period:`, or give the node an MCS kernel");
    if (!request.budget_us || *request.budget_us == 0 ||
        *request.budget_us > request.period_us.value_or(*request.budget_us))
        report("E528", request.where,
               cat("component '", request.name.value, "' has a budget of ",
                   request.budget_us.value_or(0), " us in a period of ",
                   request.period_us.value_or(0), " us"),
               "give both, the budget not above the period");
}

/// A component with `fault:` faults to that one, which must live on the same node: a fault is a
/// message of the node's kernel.
void Wiring::route_faults() {
    std::map<Component*, std::pair<ObjectId, uint64_t>> receivers;  // looked up only
    uint64_t badge = 0;
    for (Component& component : components_) {
        badge++;
        const auto& fault = component.request().fault;
        if (!fault) continue;
        Component* const monitor = local({fault->value, "", fault->where});
        if (monitor == nullptr || monitor == &component) {
            report("E536", fault->where,
                   cat("faults of component '", component.request().name.value, "' cannot go to '",
                       fault->value, "', ",
                       monitor == nullptr ? cat("which is no component of node '", spec_.node, "'")
                                          : std::string{"which is itself"}),
                   "name a component of the same node, or leave `fault:` out: then the root task "
                   "reports them");
            continue;
        }
        if (monitor->request().abi && abi_has_scheduling_contexts(spec_.abi)) {
            report("E536", fault->where,
                   cat("faults of component '", component.request().name.value, "' cannot go to '",
                       fault->value,
                       "': on an MCS kernel a program of seL4's interface receives "
                       "with a reply object of its own"),
                   "let a component of mkl's runtime receive them");
            continue;
        }
        auto it = receivers.find(monitor);
        if (it == receivers.end()) {
            const ObjectId endpoint =
                add_object(spec_, Type::endpoint, monitor->request().name.value + "_faults");
            it = receivers.emplace(monitor, std::pair{endpoint, monitor->receive_from(endpoint)})
                     .first;
        }
        component.send_faults_to(it->second.first, badge);
        monitor->add_end(component.request().name.value,
                         {MKL_END_FAULTS, it->second.second, badge, 0, 0}, fault->where);
    }
}

}  // namespace mkl::capdl
