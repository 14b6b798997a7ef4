// SPDX-License-Identifier: BSD-2-Clause
// Which pool a cross-node connection lies in, and where in it.
//
// A pool serves a connection if both nodes are members, the sender with rw. `in:` chooses one,
// else the first in YAML order with room. Connections between nodes that no pool serves get an
// automatic one per set of nodes, so that nobody sees more than it has to.
#include <algorithm>
#include <bit>
#include <map>

#include "mkl/claims/claims.hpp"
#include "mkl/support/join.hpp"
#include "mkl/support/round.hpp"
#include "mkl/support/text.hpp"
#include "steps.hpp"

namespace mkl::placement {

namespace {

/// Index of the connection's nodes if it needs memory outside both.
std::optional<std::pair<size_t, size_t>> crossing(const Context& c, const ConnectionRequest& r) {
    if (connection_bytes(r) == 0) return std::nullopt;
    const std::optional<size_t> from = node_of(c.system, r.from), to = node_of(c.system, r.to);
    if (!from || !to || *from == *to) return std::nullopt;
    return std::pair{*from, *to};
}

bool serves(const PlanPool& pool, std::pair<size_t, size_t> nodes, const ConnectionRequest& r) {
    if (pool.doorbell || pool.dma) return false;
    const std::optional<Rights> from = pool.rights_of(nodes.first),
                                to = pool.rights_of(nodes.second);
    if (from != Rights::read_write || !to) return false;
    return to == Rights::read_write || !signals_back(r);  // what signals back writes, too
}

uint64_t used(const PlanPool& pool) {
    return pool.slices.empty() ? 0 : pool.slices.back().range.end().value - pool.range.base().value;
}

void add_automatic(Context& c,
                   const std::vector<std::pair<size_t, std::pair<size_t, size_t>>>& left) {
    std::map<std::pair<size_t, size_t>, size_t> pool_of;
    std::vector<uint64_t> bytes;
    const size_t first = c.plan.pools.size();
    for (const auto& [connection, nodes] : left) {
        const std::pair<size_t, size_t> members = std::minmax(nodes.first, nodes.second);
        const auto [it, fresh] = pool_of.emplace(members, c.plan.pools.size());
        if (fresh) {
            PlanPool pool;
            pool.name = pool_of.size() == 1 ? "auto" : cat("auto", pool_of.size());
            pool.nodes = {
                {members.first,  Rights::read_write},
                {members.second, Rights::read_write}
            };
            pool.automatic = true;
            c.plan.pools.push_back(std::move(pool));
            bytes.push_back(0);
        }
        bytes[it->second - first] +=
            round_up(connection_bytes(c.system.connections[connection]), page_bytes);
        c.plan.pools[it->second].slices.push_back({connection, {}, {}});
    }
    Diagnostic made{.id = "N301", .where = {}, .message = {}};
    for (size_t i = 0; i < bytes.size(); i++) {
        PlanPool& pool = c.plan.pools[first + i];
        pool.range = PhysRange::between(PhysAddr{0}, PhysAddr{round_up(bytes[i], node_align)});
        const ConnectionRequest& cause = c.system.connections[pool.slices.front().connection];
        if (i == 0)
            made.where = cause.where;
        else
            made.notes.push_back({cause.where, cat("asks for `", pool.name, "`")});
    }
    if (bytes.empty()) return;
    const PlanPool& one = c.plan.pools[first];
    made.hint =
        cat("to choose its place or size write `NAME: {size: ", one.range.size_bytes() >> 20,
            "M, nodes: {", c.system.nodes[one.nodes[0].first].name.value, ": rw, ",
            c.system.nodes[one.nodes[1].first].name.value, ": rw}}` into `shared:`");
    const auto node = [&](const auto& member) {
        return cat("'", c.system.nodes[member.first].name.value, "'");
    };
    made.message =
        cat("mkl makes what `shared:` does not have: ",
            join(std::span{c.plan.pools}.subspan(first), [&](const PlanPool& pool) {
                return cat("pool `", pool.name, "` of ", size_text(pool.range.size_bytes()),
                           " for ", node(pool.nodes[0]), " and ", node(pool.nodes[1]));
            }));
    c.sink.report(std::move(made));
}

/// A bus master may want a buffer that crosses no multiple of its size.
uint64_t dma_align(uint64_t size) {
    return std::min(std::bit_ceil(std::max(size, page_bytes)), node_align);
}

/// One pool for all DMA memory of a node's drivers, outside its RAM: nothing that the node's kernel
/// uses or zeroes lies there, and its address is known before anything runs.
void add_dma_pools(Context& c) {
    for (size_t n = 0; n < c.system.nodes.size(); n++) {
        PlanPool pool;
        uint64_t bytes = 0;
        for (size_t i = 0; i < c.system.components.size(); i++) {
            const ComponentRequest& component = c.system.components[i];
            if (component.node.value != c.system.nodes[n].name.value) continue;
            for (size_t k = 0; k < component.dma.size(); k++) {
                const uint64_t size = component.dma[k].size.value;
                bytes = round_up(bytes, dma_align(size)) + round_up(size, page_bytes);
                PoolSlice slice{
                    PoolSlice::no_connection, { },
                     std::pair{ i, k}
                };
                pool.slices.push_back(slice);
            }
        }
        if (pool.slices.empty()) continue;
        pool.name = cat("dma-", c.system.nodes[n].name.value);
        pool.nodes = {
            {n, Rights::read_write}
        };
        pool.automatic = true;
        pool.dma = true;
        pool.range = PhysRange::between(PhysAddr{0}, PhysAddr{round_up(bytes, node_align)});
        c.plan.pools.push_back(std::move(pool));
    }
}

/// Where the pools stand, what is in them follows.
void slice_dma(const Context& c, PlanPool& pool) {
    uint64_t at = pool.range.base().value;
    for (PoolSlice& s : pool.slices) {
        const uint64_t size = c.system.components[s.dma->first].dma[s.dma->second].size.value;
        at = round_up(at, dma_align(size));
        const uint64_t end = at + round_up(size, page_bytes);
        s.range = PhysRange::between(PhysAddr{at}, PhysAddr{end});
        at = end;
    }
}

}  // namespace

bool plan_pools(Context& c) {
    for (const PoolRequest& asked : c.system.shared) {
        PlanPool pool;
        pool.name = asked.name.value;
        for (const auto& [name, rights] : asked.nodes)
            if (const std::optional<size_t> node = c.system.node_index(name.value))
                pool.nodes.push_back({*node, rights});
        std::sort(pool.nodes.begin(), pool.nodes.end());
        c.plan.pools.push_back(std::move(pool));
    }
    std::vector<std::pair<size_t, std::pair<size_t, size_t>>> left;
    for (size_t i = 0; i < c.system.connections.size(); i++) {
        const auto nodes = crossing(c, c.system.connections[i]);
        if (!nodes || c.system.connections[i].in) continue;
        const auto suits = [&](const PlanPool& p) {
            return serves(p, *nodes, c.system.connections[i]);
        };
        if (std::none_of(c.plan.pools.begin(), c.plan.pools.end(), suits))
            left.push_back({i, *nodes});
    }
    add_automatic(c, left);
    add_dma_pools(c);
    return true;
}

bool slice_pools(Context& c) {
    for (PlanPool& pool : c.plan.pools) {
        if (pool.dma)
            slice_dma(c, pool);
        else
            pool.slices.clear();
    }
    bool fits = true;
    for (size_t i = 0; i < c.system.connections.size(); i++) {
        const ConnectionRequest& r = c.system.connections[i];
        const auto nodes = crossing(c, r);
        if (!nodes) continue;
        const uint64_t size = round_up(connection_bytes(r), page_bytes);
        PlanPool* chosen = nullptr;
        const PlanPool* fullest = nullptr;
        for (PlanPool& pool : c.plan.pools) {
            if (r.in ? pool.name != r.in->value : !serves(pool, *nodes, r)) continue;
            if (fullest == nullptr) fullest = &pool;
            if (chosen == nullptr && pool.range.size_bytes() - used(pool) >= size) chosen = &pool;
        }
        if (chosen != nullptr) {
            const PhysAddr base{chosen->range.base().value + used(*chosen)};
            chosen->slices.push_back(
                {i, PhysRange::between(base, PhysAddr{base.value + size}), {}});
            continue;
        }
        fits = false;
        if (fullest == nullptr) continue;  // `in:` names no pool: rules have said so
        const uint64_t left = fullest->range.size_bytes() - used(*fullest);
        c.sink.report(
            {.id = "E303",
             .where = r.where,
             .message = cat("connection '", r.name.value, "' needs ", size_text(size), " in pool '",
                            fullest->name, "', of whose ", size_text(fullest->range.size_bytes()),
                            " ", left == 0 ? std::string{"nothing"} : size_text(left), " is left"),
             .hint = "make the pool larger, or the connections in it smaller"});
    }
    return fits;
}

}  // namespace mkl::placement
