// SPDX-License-Identifier: BSD-2-Clause
// What stands behind a device: clocks, resets, pins, power, nested interrupt controllers.
//
// A provider that no node has stays as firmware set it, and the node's tree gets a stub or none;
// that is no finding, or splitting two UARTs of a system on chip would end in a wall of them. One
// that another node has is: that node may stop it under this one.
#include <algorithm>
#include <map>

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
        std::map<size_t, std::vector<size_t>> users;  // by provider, in tree order
        for (const ProviderUse& use : provider_uses(system, hardware, owner, n))
            if (use.verdict == ProviderVerdict::elsewhere)
                users[by_path.find(use.provider)->second].push_back(
                    by_path.find(use.device)->second);
        for (const auto& [provider, devices] : users) {
            const std::string& path = hardware.devices[provider].path;
            const std::string& other = system.nodes[owner[provider]->node].name.value;
            sink.report({.id = "E227",
                         .where = claimed_at[devices.front()],
                         .message = cat(device_list(hardware, devices), " of node '",
                                        system.nodes[n].name.value, "' ",
                                        devices.size() == 1 ? "needs " : "need ", path,
                                        ", which node '", other, "' owns and may change under ",
                                        devices.size() == 1 ? "it" : "them"),
                         .notes = {{owner[provider]->where, "the provider is claimed here"}},
                         .hint = cat("say so in `share:` {device: ", path, ", owner: ", other,
                                     ", why: ..}, or leave the provider to firmware")});
        }
    }
}

namespace {

/// Devices of a node whose interrupts end in one controller that is not the node's.
struct Unheard {
    SourceSpan where;  ///< what claims the first
    std::vector<size_t> devices;
};

void report_unheard(const System& system, const Hardware& hardware, size_t node, size_t controller,
                    const Unheard& u, const std::optional<DeviceOwner>& owner,
                    DiagnosticSink& sink) {
    const std::string& path = hardware.devices[controller].path;
    const bool one = u.devices.size() == 1;
    if (is_interrupt_controller(hardware, hardware.devices[controller])) {
        sink.report({.id = "N254",
                     .where = u.where,
                     .message = cat(device_list(hardware, u.devices), " of node '",
                                    system.nodes[node].name.value, "' ", one ? "sends" : "send",
                                    " interrupts as messages to ", path,
                                    ", which no node has; only wired lines arrive"),
                     .notes = {{tree_place(hardware, path), "the controller"}},
                     .hint = "let the driver use the line of the device, or poll"});
        return;
    }
    Diagnostic d{.id = owner ? "E229" : "W228",
                 .where = u.where,
                 .message = cat(one ? "the interrupt of " : "the interrupts of ",
                                device_list(hardware, u.devices), one ? " goes" : " go",
                                " through ", path, ", which node '", system.nodes[node].name.value,
                                "' does not own; ", one ? "it" : "they", " will not arrive"),
                 .hint = cat("add `", path, "` to `devices:` of the node")};
    if (owner) {
        const std::string& other = system.nodes[owner->node].name.value;
        d.notes.push_back({owner->where, cat("node '", other, "' has it")});
        d.hint =
            cat("give ", one ? "both" : "all", " to one node, or say in `share:` {device: ", path,
                ", owner: ", other, ", why: ..} if ",
                one ? "the interrupt is" : "the interrupts are", " not needed");
    }
    d.notes.push_back({tree_place(hardware, path), "the controller"});
    sink.report(std::move(d));
}

}  // namespace

void nested_controllers_owned(const System& system, const Hardware& hardware,
                              DiagnosticSink& sink) {
    // The RISC-V AIA: no interrupt arrives anyway, and W433 has said so.
    if (hardware.controller.type == InterruptControllerType::none) return;
    const auto by_path = index_by_path(hardware);
    const DeviceOwners owner = device_owners(system, hardware);
    for (size_t n = 0; n < system.nodes.size(); n++) {
        std::map<size_t, Unheard> by_controller;
        const auto through = [&](const DeviceClaim& c, const std::string& controller) {
            const auto it = by_path.find(controller);
            if (it == by_path.end()) return;
            const size_t k = it->second;
            if (owner[k] && owner[k]->node == n) return;
            if (share_of(system, hardware, k) != nullptr) return;
            Unheard& u = by_controller.try_emplace(k, Unheard{c.where, {}}).first->second;
            if (u.devices.empty() || u.devices.back() != c.device) u.devices.push_back(c.device);
        };
        for (const DeviceClaim& c : device_claims(system, hardware, n)) {
            const Device& d = hardware.devices[c.device];
            for (const DeviceInterrupt& i : d.interrupts)
                if (!i.root && !i.per_cpu) through(c, i.controller);
            for (const ProviderLine& line : d.lines)
                if (line.kind == ProviderLine::Kind::msi) through(c, line.provider);
        }
        for (const auto& [controller, u] : by_controller)
            report_unheard(system, hardware, n, controller, u, owner[controller], sink);
    }
}

}  // namespace mkl::rules
