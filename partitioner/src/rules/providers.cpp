// SPDX-License-Identifier: BSD-2-Clause
// What stands behind a device: clocks, resets, pins, power, nested interrupt controllers.
//
// A provider that no node has stays as firmware set it, and the node's tree gets a stub or none;
// that is no finding, or splitting two UARTs of a system on chip would end in a wall of them. One
// that another node has is: that node may stop it under this one.
#include <algorithm>
#include <map>
#include <set>

#include "mkl/claims/providers.hpp"
#include "mkl/support/text.hpp"
#include "rules_internal.hpp"

namespace mkl::rules {

namespace {

std::map<std::string_view, size_t> index_by_path(const Hardware& hardware) {
    std::map<std::string_view, size_t> out;
    for (size_t i = 0; i < hardware.devices.size(); i++) out[hardware.devices[i].path] = i;
    return out;
}

}  // namespace

void providers_not_elsewhere(const System& system, const Hardware& hardware, DiagnosticSink& sink) {
    const auto by_path = index_by_path(hardware);
    const DeviceOwners owner = device_owners(system, hardware);
    for (size_t n = 0; n < system.nodes.size(); n++) {
        std::map<size_t, SourceSpan> claimed_at;
        for (const DeviceClaim& c : device_claims(system, hardware, n))
            claimed_at[c.device] = c.where;
        std::set<std::string> reported;
        for (const ProviderUse& use : provider_uses(system, hardware, owner, n)) {
            if (use.verdict != ProviderVerdict::elsewhere) continue;
            if (!reported.insert(use.provider).second) continue;
            const std::string& other = system.nodes[*use.owner].name.value;
            const size_t device = by_path.find(use.device)->second;
            const size_t provider = by_path.find(use.provider)->second;
            sink.report({.id = "E227",
                         .where = claimed_at[device],
                         .message = cat(use.device, " of node '", system.nodes[n].name.value,
                                        "' needs ", use.provider, ", which node '", other,
                                        "' owns and may change under it"),
                         .notes = {{owner[provider]->where, "the provider is claimed here"}},
                         .hint = cat("say so in `share:` {device: ", use.provider, ", owner: ",
                                     other, ", why: ..}, or leave the provider to firmware")});
        }
    }
}

void nested_controllers_owned(const System& system, const Hardware& hardware,
                              DiagnosticSink& sink) {
    // The RISC-V AIA: no interrupt arrives anyway, and W433 has said so.
    if (hardware.controller.type == InterruptControllerType::none) return;
    const auto by_path = index_by_path(hardware);
    const DeviceOwners owner = device_owners(system, hardware);
    for (size_t n = 0; n < system.nodes.size(); n++) {
        std::set<size_t> reported;
        for (const DeviceClaim& c : device_claims(system, hardware, n))
            for (const DeviceInterrupt& i : hardware.devices[c.device].interrupts) {
                const auto it = by_path.find(i.controller);
                if (i.root || i.per_cpu || it == by_path.end()) continue;
                const size_t k = it->second;
                if (owner[k] && owner[k]->node == n) continue;
                if (share_of(system, hardware, k) != nullptr) continue;
                if (!reported.insert(k).second) continue;
                Diagnostic d{.id = "W228",
                             .where = c.where,
                             .message = cat("the interrupt of ", hardware.devices[c.device].path,
                                            " goes through ", i.controller, ", which node '",
                                            system.nodes[n].name.value,
                                            "' does not own; it will not arrive"),
                             .hint = cat("add `", i.controller, "` to `devices:` of the node")};
                d.notes.push_back({tree_place(hardware, i.controller), "the controller"});
                if (owner[k]) {
                    d.id = "E229";
                    d.notes.push_back(
                        {owner[k]->where,
                         cat("node '", system.nodes[owner[k]->node].name.value, "' has it")});
                    std::swap(d.notes.front(), d.notes.back());
                    d.hint = cat("give both devices to one node, or say in `share:` {device: ",
                                 i.controller, ", owner: ", system.nodes[owner[k]->node].name.value,
                                 ", why: ..} if the interrupt is not needed");
                }
                sink.report(std::move(d));
            }
    }
}

}  // namespace mkl::rules
