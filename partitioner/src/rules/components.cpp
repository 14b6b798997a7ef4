// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>

#include "mkl/claims/claims.hpp"
#include "mkl/support/text.hpp"
#include "rules_internal.hpp"

namespace mkl::rules {

namespace {
constexpr uint32_t priority_max = 254;  ///< 255 is the initialiser's
constexpr uint64_t stack_max = uint64_t{64} << 20;
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

}  // namespace mkl::rules
