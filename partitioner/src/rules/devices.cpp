// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>

#include "mkl/claims/claims.hpp"
#include "mkl/support/join.hpp"
#include "mkl/support/text.hpp"
#include "rules_internal.hpp"

namespace mkl::rules {

namespace {

using Kind = DeviceSelector::Kind;

std::string hint_for(const Hardware& hardware, const DeviceSelector& s) {
    std::vector<std::string> known;
    for (const Device& d : hardware.devices) {
        switch (s.kind) {
        case Kind::alias:
            for (const std::string& a : d.aliases) known.push_back(a);
            break;
        case Kind::label:
            for (const std::string& l : d.labels) known.push_back(l);
            break;
        case Kind::compatible:
            if (d.enabled) known.insert(known.end(), d.compatible.begin(), d.compatible.end());
            break;
        case Kind::glob:
            if (d.enabled) known.push_back(d.path);
            break;
        default:
            known.push_back(d.path);
            break;
        }
    }
    std::sort(known.begin(), known.end());
    known.erase(std::unique(known.begin(), known.end()), known.end());
    if (s.kind == Kind::label && known.empty())
        return "the device tree has no labels (__symbols__); use a path or an alias";
    if (s.kind == Kind::alias && known.empty())
        return "the device tree has no aliases for devices; use a full path, starting with /";
    if (s.kind == Kind::all_except) return "except fewer: nothing is left";
    if (s.kind == Kind::glob && !s.text.starts_with('/') && !s.text.starts_with("**"))
        return cat("a pattern is of full paths: write `/**",
                   s.text.substr(std::min(s.text.find_first_not_of('*'), s.text.size())), "`");
    return name_hint(std::string_view{s.text}.substr(0, s.text.find_first_of("*?")), known);
}

void check_known(const Hardware& hardware, const DeviceIndex& index, const DeviceSelector& s,
                 std::string_view who, DiagnosticSink& sink) {
    for (const DeviceSelector& e : s.except) check_known(hardware, index, e, who, sink);
    if (!index.select(s).empty()) return;
    const bool many = s.kind == Kind::glob || s.kind == Kind::compatible;
    sink.report({.id = "E220",
                 .where = s.where,
                 .message = cat(who, " names `", to_text(s), "`, ",
                                many ? "which no enabled device matches"
                                     : "which is not a device of the board"),
                 .notes = {{hardware.source, "the board"}},
                 .hint = hint_for(hardware, s)});
}

}  // namespace

std::vector<NodeSelector> node_selectors(const System& system) {
    std::vector<NodeSelector> out;
    for (size_t i = 0; i < system.nodes.size(); i++) {
        if (system.nodes[i].console) out.push_back({i, &*system.nodes[i].console});
        for (const DeviceSelector& s : system.nodes[i].devices) out.push_back({i, &s});
    }
    return out;
}

std::string device_list(const Hardware& hardware, const std::vector<size_t>& devices) {
    constexpr size_t most = 4;
    return join_some(most, devices, [&](size_t d) { return hardware.devices[d].path; });
}

SourceSpan tree_place(const Hardware& hardware, const std::string& path) {
    SourceSpan where = hardware.source;
    where.node = path;
    return where;
}

void devices_known(const System& system, const Hardware& hardware, DiagnosticSink& sink) {
    const std::vector<NodeSelector> selectors = node_selectors(system);
    const DeviceIndex index{hardware, selectors.size()};
    for (const NodeSelector& n : selectors)
        check_known(hardware, index, *n.selector,
                    cat("node '", system.nodes[n.node].name.value, "'"), sink);
    for (const NodeRequest& n : system.nodes)
        for (const DmaTrust& t : n.dma_trusted)
            check_known(hardware, index, t.device, "`dma-trusted:`", sink);
    for (const ComponentRequest& c : system.components)
        for (const ComponentDevice& d : c.devices)
            check_known(hardware, index, d.device, cat("component '", c.name.value, "'"), sink);
    for (const ShareRequest& s : system.share)
        check_known(hardware, index, s.device, "`share:`", sink);
}

void devices_enabled(const System& system, const Hardware& hardware, DiagnosticSink& sink) {
    const std::vector<NodeSelector> selectors = node_selectors(system);
    const DeviceIndex index{hardware, selectors.size()};
    for (const NodeSelector& n : selectors) {
        for (const size_t i : index.select(*n.selector)) {
            const Device& d = hardware.devices[i];
            if (d.enabled) continue;
            std::string_view culprit = d.path;
            for (const Device& a : hardware.devices) {  // the topmost disabled one above it
                if (a.enabled || !d.path.starts_with(a.path + "/")) continue;
                culprit = a.path;
                break;
            }
            sink.report({.id = "E221",
                         .where = n.selector->where,
                         .message = cat("node '", system.nodes[n.node].name.value, "' wants ",
                                        d.path, ", which the device tree disables",
                                        culprit == d.path ? "" : cat(" (through ", culprit, ")")),
                         .notes = {{tree_place(hardware, std::string{culprit}), "disabled here"}},
                         .hint = "set its status to okay in the device tree if the board has it"});
        }
    }
}

void devices_assignable(const System& system, const Hardware& hardware, DiagnosticSink& sink) {
    const std::vector<NodeSelector> selectors = node_selectors(system);
    const DeviceIndex index{hardware, selectors.size()};
    for (const NodeSelector& n : selectors) {
        const bool one = n.selector->kind == Kind::path || n.selector->kind == Kind::alias ||
                         n.selector->kind == Kind::label;
        if (!one) continue;
        for (const size_t i : index.select(*n.selector)) {
            const Device& d = hardware.devices[i];
            if (!serves_every_node(hardware, d)) continue;
            sink.report(
                {.id = "E222",
                 .where = n.selector->where,
                 .message = cat("node '", system.nodes[n.node].name.value, "' wants ", d.path,
                                d.interrupts_harts
                                    ? ", whose registers interrupt every hart: firmware has them"
                                    : ", the interrupt controller, which serves every node"),
                 .hint = d.interrupts_harts
                             ? "remove it; each node's kernel has its timer from firmware (SBI)"
                             : "remove it; each node's tree has it without being asked"});
        }
    }
}

void device_owned_once(const System& system, const Hardware& hardware, DiagnosticSink& sink) {
    struct Owner {
        size_t node;
        SourceSpan where;
    };
    std::vector<std::optional<Owner>> owner(hardware.devices.size());
    for (size_t n = 0; n < system.nodes.size(); n++) {
        std::string inside;  // a device already reported: what is below it goes without saying
        for (const DeviceClaim& c : device_claims(system, hardware, n)) {
            const std::string& path = hardware.devices[c.device].path;
            if (!owner[c.device]) {
                owner[c.device] = Owner{n, c.where};
                continue;
            }
            if (!inside.empty() && path.starts_with(inside + "/")) continue;
            if (share_of(system, hardware, c.device) != nullptr) continue;
            inside = path;
            const Owner& first = *owner[c.device];
            sink.report({.id = "E223",
                         .where = c.where,
                         .message = cat("node '", system.nodes[n].name.value, "' and node '",
                                        system.nodes[first.node].name.value, "' both want ", path),
                         .notes = {{first.where, "claimed here first"}},
                         .hint = "give it to one, or say in `share:` why both may have it"});
        }
    }
}

void console_usable(const System& system, const Hardware& hardware, DiagnosticSink& sink) {
    for (const NodeRequest& n : system.nodes) {
        if (!n.console) continue;
        const std::vector<size_t> devices = select(hardware, *n.console);
        if (devices.empty()) continue;  // E220
        if (devices.size() != 1) {
            sink.report({.id = "E224",
                         .where = n.console->where,
                         .message = cat("the console of node '", n.name.value,
                                        "' must be one "
                                        "device; `",
                                        to_text(*n.console), "` matches ", devices.size()),
                         .hint = "name it by its full path"});
            continue;
        }
        const Device& d = hardware.devices[devices[0]];
        if (uart_of(hardware, d)) continue;
        sink.report({.id = "E224",
                     .where = n.console->where,
                     .message = cat("mkl has no driver for ", d.path, " (",
                                    d.compatible.empty() ? "no compatible" : d.compatible[0],
                                    "), the console of node '", n.name.value, "'"),
                     .notes = {{tree_place(hardware, d.path), "the device"}},
                     .hint = "write `console: log`, and list the device in `devices:` if the node "
                             "needs it"});
    }
}

}  // namespace mkl::rules
