// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>
#include <map>
#include <set>

#include "mkl/claims/claims.hpp"
#include "mkl/support/text.hpp"
#include "rules_internal.hpp"

namespace mkl::rules {

namespace {

void check_end(const System& system, const ConnectionRequest& c, const EndName& end,
               DiagnosticSink& sink) {
    if (node_of(system, end)) return;
    std::vector<std::string> known;
    for (const ComponentRequest& k : system.components) {
        if (k.name.value == end.owner) return;  // on a node that there is not: E203
        known.push_back(k.name.value);
    }
    for (const NodeRequest& n : system.nodes)
        if (n.root) known.push_back(n.name.value);
    const bool is_node = system.node_index(end.owner).has_value();
    sink.report({.id = "E240",
                 .where = end.where,
                 .message = is_node
                                ? cat("connection '", c.name.value, "' ends at `", end.owner, ".",
                                      end.name, "`; '", end.owner, "' is a node without `root:`")
                                : cat("connection '", c.name.value, "' ends at `", end.owner, ".",
                                      end.name, "`; there is no component '", end.owner, "'"),
                 .hint = name_hint(end.owner, known)});
}

}  // namespace

void ends_known(const System& system, const Hardware&, DiagnosticSink& sink) {
    for (const ConnectionRequest& c : system.connections) {
        check_end(system, c, c.from, sink);
        check_end(system, c, c.to, sink);
        if (c.from.owner == c.to.owner && !c.from.owner.empty())
            sink.report({.id = "E240",
                         .where = c.to.where,
                         .message = cat("connection '", c.name.value, "' has both ends at '",
                                        c.to.owner, "'"),
                         .notes = {{c.from.where, "the other end"}},
                         .hint = "a connection joins two components"});
    }
}

/// A server's end may be that of several rpc connections: one for each client.
void ends_used_once(const System& system, const Hardware&, DiagnosticSink& sink) {
    std::map<std::pair<std::string, std::string>, const EndName*> seen;
    std::set<const EndName*> servers;
    const auto check = [&](const EndName& end, bool server) {
        const auto [it, fresh] = seen.emplace(std::pair{end.owner, end.name}, &end);
        if (server) servers.insert(&end);
        if (!fresh && !(server && servers.contains(it->second)))
            sink.report({.id = "E241",
                         .where = end.where,
                         .message = cat("the end `", end.owner, ".", end.name, "` is used twice"),
                         .notes = {{it->second->where, "first here"}},
                         .hint = "give each connection an end name of its own"});
    };
    for (const ConnectionRequest& c : system.connections) {
        check(c.from, false);
        check(c.to, c.type == ConnectionType::rpc);
    }
    for (const ComponentRequest& c : system.components)
        for (const ComponentDevice& d : c.devices)
            for (const std::string& name : {d.map, d.irq}) {
                if (name.empty()) continue;
                const auto it = seen.find({c.name.value, name});
                if (it != seen.end())
                    sink.report(
                        {.id = "E241",
                         .where = d.device.where,
                         .message = cat("the end `", c.name.value, ".", name, "` is used twice"),
                         .notes = {{it->second->where, "first here"}},
                         .hint = "give the device's end a name of its own"});
            }
}

/// `in:` names a pool that both nodes can use; only where memory crosses nodes.
void pools_serve(const System& system, const Hardware&, DiagnosticSink& sink) {
    for (const ConnectionRequest& c : system.connections) {
        if (!c.in) continue;
        const auto pool =
            std::find_if(system.shared.begin(), system.shared.end(),
                         [&](const PoolRequest& p) { return p.name.value == c.in->value; });
        if (pool == system.shared.end()) {
            std::vector<std::string> known;
            for (const PoolRequest& p : system.shared) known.push_back(p.name.value);
            sink.report({.id = "E242",
                         .where = c.in->where,
                         .message = cat("connection '", c.name.value, "' is in pool '", c.in->value,
                                        "', which does not exist"),
                         .hint = known.empty() ? "remove `in:`: mkl then makes a pool"
                                               : name_hint(c.in->value, known)});
            continue;
        }
        const auto from = node_of(system, c.from), to = node_of(system, c.to);
        if (!from || !to || from == to) continue;  // E240
        for (const size_t node : {*from, *to}) {
            const std::string& name = system.nodes[node].name.value;
            const auto member = std::find_if(pool->nodes.begin(), pool->nodes.end(),
                                             [&](const auto& m) { return m.first.value == name; });
            const bool absent = member == pool->nodes.end();
            const bool reads = node == to && c.type == ConnectionType::shared_data;
            if (!absent && (reads || member->second == Rights::read_write)) continue;
            sink.report({.id = "E242",
                         .where = c.in->where,
                         .message = cat("connection '", c.name.value, "' is in pool '", c.in->value,
                                        "', which node '", name, "' ",
                                        absent ? "is not a member of" : "may only read"),
                         .notes = {{absent ? pool->name.where : member->first.where, "the pool"}},
                         .hint = cat("add `", name, ": rw` to `nodes:` of the pool")});
        }
    }
}

}  // namespace mkl::rules
