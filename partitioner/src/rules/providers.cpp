// SPDX-License-Identifier: BSD-2-Clause
// What stands behind a device: clocks, resets, pins, power, nested interrupt controllers.
//
// A provider that no node has stays as firmware set it, and the node's tree gets a stub or none;
// that is no finding, or splitting two UARTs of a system on chip would end in a wall of them. One
// that another node has is: that node may stop it under this one.
#include <algorithm>
#include <map>
#include <set>

#include "mkl/claims/claims.hpp"
#include "mkl/support/text.hpp"
#include "rules_internal.hpp"

namespace mkl::rules {

namespace {

struct Owner {
    size_t node = 0;
    SourceSpan where;
};

std::map<std::string_view, size_t> index_by_path(const Hardware& hardware) {
    std::map<std::string_view, size_t> out;
    for (size_t i = 0; i < hardware.devices.size(); i++) out[hardware.devices[i].path] = i;
    return out;
}

/// First owner of each device, or nullopt.
std::vector<std::optional<Owner>> owners(const System& system, const Hardware& hardware) {
    std::vector<std::optional<Owner>> out(hardware.devices.size());
    for (size_t n = 0; n < system.nodes.size(); n++)
        for (const DeviceClaim& c : device_claims(system, hardware, n))
            if (!out[c.device]) out[c.device] = Owner{n, c.where};
    return out;
}

/// Something to program: without registers and lines every node may have a copy.
bool programmable(const Device& d) { return !d.registers.empty() || !d.interrupts.empty(); }

}  // namespace

void providers_not_elsewhere(const System& system, const Hardware& hardware, DiagnosticSink& sink) {
    const auto by_path = index_by_path(hardware);
    const auto owner = owners(system, hardware);
    for (size_t n = 0; n < system.nodes.size(); n++) {
        std::set<size_t> reported;
        for (const DeviceClaim& c : device_claims(system, hardware, n))
            for (const std::string& path : hardware.devices[c.device].providers) {
                const auto it = by_path.find(path);
                if (it == by_path.end()) continue;
                const size_t p = it->second;
                if (!owner[p] || owner[p]->node == n || !programmable(hardware.devices[p]))
                    continue;
                if (share_of(system, hardware, p) != nullptr) continue;
                if (!reported.insert(p).second) continue;
                const std::string& other = system.nodes[owner[p]->node].name.value;
                sink.report(
                    {.id = "E227",
                     .where = c.where,
                     .message = cat(hardware.devices[c.device].path, " of node '",
                                    system.nodes[n].name.value, "' needs ", path, ", which node '",
                                    other, "' owns and may change under it"),
                     .notes = {{owner[p]->where, "the provider is claimed here"}},
                     .hint = cat("say so in `share:` {device: ", path, ", owner: ", other,
                                 ", why: ..}, or leave the provider to firmware")});
            }
    }
}

void nested_controllers_owned(const System& system, const Hardware& hardware,
                              DiagnosticSink& sink) {
    const auto by_path = index_by_path(hardware);
    const auto owner = owners(system, hardware);
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
                if (owner[k]) {
                    d.notes.push_back(
                        {owner[k]->where,
                         cat("node '", system.nodes[owner[k]->node].name.value, "' has it")});
                    d.hint = "give both devices to one node";
                }
                sink.report(std::move(d));
            }
    }
}

}  // namespace mkl::rules
