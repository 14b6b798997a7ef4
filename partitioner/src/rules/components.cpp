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
    const auto report = [&](const ComponentRequest& c, const std::string& what, std::string hint) {
        sink.report({.id = "E231",
                     .where = c.where,
                     .message = cat("component '", c.name.value, "': ", what),
                     .hint = std::move(hint)});
    };
    for (const ComponentRequest& c : system.components) {
        const uint32_t most = c.max_priority.value_or(c.priority);
        if (c.priority > priority_max || most > priority_max)
            report(
                c, cat("priority ", std::max(c.priority, most), " is above ", priority_max),
                cat("0 is the lowest, ", priority_max, " the highest; 255 is the initialiser's"));
        else if (most < c.priority)
            report(c, cat("max-priority ", most, " is below its priority ", c.priority),
                   "raise `max-priority:` or remove it");
        if (c.stack > stack_max)
            report(c, cat("a stack of ", size_text(c.stack), " is above ", size_text(stack_max)),
                   "");
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
