// SPDX-License-Identifier: BSD-2-Clause
// Where decoys stand. A user's kernel is built with the address of its own, so that no size in the
// YAML may move it: they have the end of the RAM that nothing fixed has, before anything else is
// placed. docs/real-sel4.md, "Interrupts".
#include "mkl/support/text.hpp"
#include "steps.hpp"

namespace mkl::placement {

namespace {

std::optional<PhysRange> kept_room(const Context& c, const PlanNode& node) {
    for (const KeptPool& k : c.kept)
        if (k.name == cat("decoy-", node.name) && k.range.size_bytes() == decoy_bytes &&
            k.range.base().value % decoy_bytes == 0)
            return k.range;
    return std::nullopt;
}

/// A room for every node, whatever its kernel, so that another kernel for one moves no decoy.
/// Empty: one finds none.
std::vector<PhysRange> rooms_from_the_end(const Context& c, PhysRange window) {
    Space space = c.space;
    std::vector<std::optional<PhysRange>> kept;
    for (const PlanNode& node : c.plan.nodes) {
        kept.push_back(kept_room(c, node));
        if (kept.back() && !space.is_free(*kept.back())) kept.back().reset();
        if (kept.back()) space.take(*kept.back(), "", {});
    }
    std::vector<PhysRange> rooms;
    for (const std::optional<PhysRange>& k : kept) {
        const auto room = k ? k : space.highest(decoy_bytes, decoy_bytes, window);
        if (!room) return {};
        if (!k) space.take(*room, "", {});
        rooms.push_back(*room);
    }
    return rooms;
}

}  // namespace

bool has_decoy(const Context& c, size_t node) {
    return c.plan.keeper == InterruptKeeper::decoys && c.system.nodes[node].kernel.is_stock_sel4();
}

uint64_t unplaced_decoy_bytes(const Context& c) {
    uint64_t bytes = 0;
    for (size_t i = 0; i < c.plan.nodes.size(); i++)
        if (has_decoy(c, i) && !c.plan.nodes[i].decoy) bytes += decoy_bytes;
    return bytes;
}

std::vector<std::vector<PhysRange>> decoy_rooms(const Context& c) {
    // A bus of 32 bits stands before many a distributor.
    constexpr PhysRange low = PhysRange::between(PhysAddr{0}, PhysAddr{uint64_t{1} << 32});
    std::vector<std::vector<PhysRange>> out;
    if (unplaced_decoy_bytes(c) == 0) return out;
    for (const PhysRange window : {low, everywhere})
        if (auto rooms = rooms_from_the_end(c, window); !rooms.empty())
            out.push_back(std::move(rooms));
    return out;
}

void place_decoys(Context& c, const std::vector<PhysRange>& rooms) {
    for (size_t i = 0; i < rooms.size(); i++) {
        if (!has_decoy(c, i)) continue;
        c.plan.nodes[i].decoy = rooms[i];
        c.space.take(rooms[i], cat("decoy of ", c.plan.nodes[i].name), c.system.nodes[i].where);
    }
}

}  // namespace mkl::placement
