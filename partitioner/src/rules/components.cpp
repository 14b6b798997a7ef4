// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "mkl/claims/claims.hpp"
#include "mkl/support/text.hpp"
#include "rules_internal.hpp"

namespace mkl::rules {

namespace {
constexpr uint32_t priority_max = 254;  ///< 255 is the initialiser's
constexpr uint64_t stack_max = uint64_t{64} << 20;

/// An entry of a component's `devices:`, and the one device that it names.
struct Driver {
    const ComponentRequest* component;
    const ComponentDevice* entry;
    size_t node, device;
};

/// Those of nodes that mkl's root task runs, in YAML order.
std::vector<Driver> drivers_of(const System& system, const Hardware& hardware) {
    std::vector<Driver> out;
    for (const ComponentRequest& c : system.components) {
        const auto node = system.node_index(c.node.value);
        if (!node || system.nodes[*node].root) continue;  // E203, E230
        for (const ComponentDevice& d : c.devices)
            if (const std::vector<size_t> found = select(hardware, d.device); found.size() == 1)
                out.push_back({&c, &d, *node, found[0]});  // else E220, E232
    }
    return out;
}

/// `second` is delivered a line that `first` has.
void report_line(const Hardware& hardware, uint32_t line, const Driver& second, const Driver& first,
                 DiagnosticSink& sink) {
    const bool alone = first.component == second.component;
    const std::string other =
        alone ? std::string{"it"} : cat("component '", first.component->name.value, "'");
    sink.report(
        {.id = "E238",
         .where = second.entry->device.where,
         .message = cat("component '", second.component->name.value, "' takes interrupt ", line,
                        " of ", hardware.devices[second.device].path, ", which ", other, " takes",
                        first.device == second.device
                            ? std::string{}
                            : cat(" as that of ", hardware.devices[first.device].path)),
         .notes = {{first.entry->device.where, "taken here first"}},
         .hint = alone ? "leave `irq:` out of one of them"
                       : "let one component take it, and signal the other"});
}
}  // namespace

void components_placeable(const System& system, const Hardware&, DiagnosticSink& sink) {
    for (const ComponentRequest& c : system.components) {
        const auto node = system.node_index(c.node.value);
        if (!node) continue;  // E203
        const NodeRequest& n = system.nodes[*node];
        if (n.root)
            sink.report({.id = "E230",
                         .where = c.node.where,
                         .message = cat("component '", c.name.value, "' is on node '", n.name.value,
                                        "', which has a root task of its own"),
                         .notes = {{n.root->where, "the root task"}},
                         .hint = "a node has either `root:` or components"});
    }
}

void priorities_in_range(const System& system, const Hardware&, DiagnosticSink& sink) {
    const auto report = [&](const ComponentRequest& c, const SourceSpan& where,
                            const std::string& what, std::string hint) {
        sink.report({.id = "E231",
                     .where = where,
                     .message = cat("component '", c.name.value, "': ", what),
                     .hint = std::move(hint)});
    };
    for (const ComponentRequest& c : system.components) {
        const Located<uint32_t>& most = c.max_priority ? *c.max_priority : c.priority;
        const auto in_range = [&](std::string_view key, const Located<uint32_t>& priority) {
            if (priority.value > priority_max)
                report(c, priority.where, cat(key, " ", priority.value, " is above ", priority_max),
                       cat("0 is the lowest, ", priority_max,
                           " the highest; 255 is the initialiser's"));
        };
        in_range("priority", c.priority);
        if (c.max_priority) in_range("max-priority", most);
        if (most.value < c.priority.value && c.priority.value <= priority_max)
            report(c, most.where,
                   cat("max-priority ", most.value, " is below its priority ", c.priority.value),
                   "raise `max-priority:` or remove it");
        if (c.stack.value > stack_max)
            report(c, c.stack.where,
                   cat("a stack of ", size_text(c.stack.value), " is above ", size_text(stack_max)),
                   cat("give it at most ", size_text(stack_max), ", and a `heap:`"));
    }
}

void component_devices_owned(const System& system, const Hardware& hardware, DiagnosticSink& sink) {
    for (const ComponentRequest& c : system.components) {
        const auto node = system.node_index(c.node.value);
        if (!node) continue;  // E203
        const std::vector<DeviceClaim> claims = device_claims(system, hardware, *node);
        for (const ComponentDevice& d : c.devices) {
            const std::vector<size_t> found = select(hardware, d.device);
            const auto owned = [&](size_t i) {
                return std::any_of(claims.begin(), claims.end(),
                                   [&](const DeviceClaim& k) { return k.device == i; });
            };
            if (found.size() == 1 && owned(found[0])) continue;
            const NodeRequest& n = system.nodes[*node];
            sink.report(
                {.id = "E232",
                 .where = d.device.where,
                 .message = found.size() == 1
                                ? cat("component '", c.name.value, "' drives ",
                                      hardware.devices[found[0]].path, ", which node '",
                                      n.name.value, "' does not own")
                                : cat("component '", c.name.value, "' drives `", to_text(d.device),
                                      "`, which is ", found.size(), " devices; name one"),
                 .notes = {{n.name.where, "the node"}},
                 .hint = "add it to `devices:` of the node"});
        }
    }
}

/// The root task writes to the UART for the whole node, and a page of registers is mapped once.
void consoles_undriven(const System& system, const Hardware& hardware, DiagnosticSink& sink) {
    for (const Driver& d : drivers_of(system, hardware)) {
        const NodeRequest& n = system.nodes[d.node];
        if (!n.console) continue;
        const std::vector<size_t> found = select(hardware, *n.console);
        if (found.size() != 1) continue;  // E220, E224
        const Device& console = hardware.devices[found[0]];
        const Device& device = hardware.devices[d.device];
        const bool itself = d.device == found[0];
        if (!itself && (d.entry->map.empty() || !share_page(device, console))) continue;
        sink.report(
            {.id = "E237",
             .where = d.entry->device.where,
             .message = cat("component '", d.component->name.value, "' ",
                            itself ? "drives " : cat("maps ", device.path, ", in one page with "),
                            console.path, ", the console of node '", n.name.value, "'"),
             .notes = {{n.console->where, "the console, which mkl's root task drives"}},
             .hint = "take it out of the component, give the node another UART as `console:`, or "
                     "leave `console:` out"});
    }
}

/// A kernel has one handler for a line, which signals one notification.
void interrupts_taken_once(const System& system, const Hardware& hardware, DiagnosticSink& sink) {
    std::map<std::pair<size_t, uint32_t>, Driver> first;  // by node and line
    for (const Driver& d : drivers_of(system, hardware)) {
        if (d.entry->irq.empty()) continue;
        std::set<const ComponentDevice*> told = {d.entry};
        for (const DeviceInterrupt& i : hardware.devices[d.device].interrupts) {
            if (!i.root || i.per_cpu) continue;
            const Driver& taker = first.try_emplace({d.node, i.root->id}, d).first->second;
            if (told.insert(taker.entry).second) report_line(hardware, i.root->id, d, taker, sink);
        }
    }
}

}  // namespace mkl::rules
