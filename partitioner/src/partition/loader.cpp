// SPDX-License-Identifier: BSD-2-Clause
// The loader's place with the payload, and above it the log rings and status pages: RAM that is
// in no node. docs/partitioning.md, "Loader, logs, status".
#include <algorithm>
#include <array>

#include "mkl/abi/ring.h"
#include "mkl/claims/claims.hpp"
#include "mkl/support/text.hpp"
#include "steps.hpp"

namespace mkl::placement {

namespace {

constexpr uint64_t largest_default = uint64_t{64} << 20;
constexpr uint64_t smallest_default = uint64_t{4} << 20;
constexpr uint64_t kept_for_uboot = uint64_t{64} << 20;  ///< U-Boot relocates to the top of RAM

/// Free ranges in which the loader may stand; `below_top`: not in the top 64 MiB of a bank.
struct Rule {
    bool above_claims, below_top;
};
constexpr std::array<Rule, 3> rules{
    {{true, true}, {false, true}, {false, false}}
};

/// End of the highest node or pool.
PhysAddr top_of_claims(const Plan& plan) {
    PhysAddr top{0};
    for (const PlanNode& n : plan.nodes)
        for (const PhysRange r : n.memory) top = std::max(top, r.end());
    for (const PlanPool& p : plan.pools) top = std::max(top, p.range.end());
    return top;
}

std::optional<PhysRange> lowest_by(const Context& c, const Rule& rule, uint64_t size) {
    const PhysAddr floor = rule.above_claims ? top_of_claims(c.plan) : PhysAddr{0};
    for (const PhysRange bank : c.plan.ram) {
        const uint64_t keep = rule.below_top ? std::min(kept_for_uboot, bank.size_bytes()) : 0;
        const PhysRange window = PhysRange::between(bank.base(), PhysAddr{bank.end().value - keep})
                                     .intersect(PhysRange::between(floor, everywhere.end()));
        if (const auto r = c.space.lowest(size, node_align, window)) return r;
    }
    return std::nullopt;
}

/// Files are in the payload: what the loader needs beside programs.
uint64_t file_bytes(const Context& c) {
    uint64_t sum = 0;
    for (const FileRequest& f : c.system.files) sum += f.room().value_or(0);
    return (sum + node_align - 1) / node_align * node_align;
}

/// Loader with `extra` bytes behind it. nullopt: nothing was free; the finding is made.
std::optional<PhysRange> choose_loader(Context& c, uint64_t extra) {
    std::vector<uint64_t> sizes;
    const bool asked = c.system.loader && c.system.loader->size;
    if (asked) sizes.push_back(c.system.loader->size->value);
    for (uint64_t s = largest_default; !asked && s >= smallest_default; s /= 2)
        sizes.push_back(s + file_bytes(c));

    for (const Rule& rule : rules)
        for (const uint64_t size : sizes) {
            const std::optional<PhysRange> r = lowest_by(c, rule, size + extra);
            if (!r) continue;
            if (!rule.below_top)
                c.sink.report({.id = "N302",
                               .where = c.system.where,
                               .message = cat("the loader stands at ", hex(r->base()),
                                              ", in the last 64 MiB of RAM, where U-Boot usually "
                                              "lives; nothing else is free"),
                               .hint = "leave some RAM free below that, or say `loader:`"});
            return PhysRange::between(r->base(), PhysAddr{r->base().value + size});
        }
    c.sink.report(
        {.id = "E304",
         .where = asked ? c.system.loader->where : c.system.where,
         .message = cat("no RAM is left for the loader: it needs ", size_text(sizes.back() + extra),
                        " at a multiple of ", size_text(node_align), " outside every node; ",
                        free_text(c.space)),
         .notes = who_has_what(c.space),
         .hint = "make a node or pool smaller; nothing of the loader's stays in use "
                 "once the nodes run, but its RAM cannot be theirs"});
    return std::nullopt;
}

std::optional<PhysRange> fixed_loader(Context& c) {
    const LoaderRequest& asked = *c.system.loader;
    const PhysAddr base{asked.base->value};
    if (base.value % node_align == 0) {
        for (uint64_t s = asked.size ? asked.size->value : largest_default;
             s >= (asked.size ? asked.size->value : smallest_default); s /= 2) {
            const std::optional<PhysRange> r =
                PhysRange::from_base_size(base, asked.size ? s : s + file_bytes(c));
            if (r && !r->empty() && c.space.is_free(*r)) return r;
            if (asked.size) break;
        }
    }
    c.sink.report(
        {.id = "E305",
         .where = asked.base->where,
         .message = cat(
             "the loader cannot stand at ", hex(base), ": it needs ",
             size_text(asked.size ? asked.size->value : smallest_default + file_bytes(c)),
             " of free RAM from a multiple of ", size_text(node_align), "; ", free_text(c.space)),
         .notes = who_has_what(c.space),
         .hint = "leave `base:` out and let mkl choose"});
    return std::nullopt;
}

}  // namespace

namespace {

bool is_fixed(const Context& c) { return c.system.loader && c.system.loader->base; }

/// Log rings, status pages, and decoys that found no other room.
uint64_t extra_bytes(const Context& c) {
    uint64_t bytes = unplaced_decoy_bytes(c) + page_bytes * c.plan.nodes.size();
    for (const PlanNode& n : c.plan.nodes)
        if (!n.console) bytes += MKL_LOG_RING_SIZE;
    return bytes;
}

uint64_t extra_align(const Context& c) {
    return unplaced_decoy_bytes(c) != 0 ? decoy_bytes : page_bytes;
}

}  // namespace

uint64_t loader_room(const Context& c) {
    if (is_fixed(c)) return extra_bytes(c);
    const bool asked = c.system.loader && c.system.loader->size;
    return extra_bytes(c) +
           (asked ? c.system.loader->size->value : smallest_default + file_bytes(c));
}

uint64_t loader_room_align(const Context& c) { return is_fixed(c) ? extra_align(c) : node_align; }

bool place_fixed_loader(Context& c) {
    if (!is_fixed(c)) return true;
    const std::optional<PhysRange> loader = fixed_loader(c);
    if (!loader) return false;
    c.plan.loader = *loader;
    c.space.take(*loader, "the loader", c.system.loader->where);
    return true;
}

bool place_loader(Context& c) {
    const uint64_t extra = extra_bytes(c);
    if (!is_fixed(c)) {
        const std::optional<PhysRange> loader = choose_loader(c, extra);
        if (!loader) return false;
        c.plan.loader = *loader;
        c.space.take(*loader, "the loader", c.system.where);
    }
    const PhysRange loader = c.plan.loader;
    std::optional<PhysRange> block = PhysRange::from_base_size(loader.end(), extra);
    if (!block || !c.space.is_free(*block) || block->base().value % extra_align(c) != 0)
        block = c.space.lowest(extra, extra_align(c), everywhere);
    if (!block) {
        c.sink.report(
            {.id = "E306",
             .where = c.system.where,
             .message = cat("no RAM is left for log rings, status pages and decoys: they need ",
                            size_text(extra), "; ", free_text(c.space)),
             .notes = who_has_what(c.space)});
        return false;
    }
    c.space.take(*block, "logs, status pages and decoys", c.system.where);
    uint64_t at = block->base().value;
    const auto next = [&](uint64_t size) {
        at += size;
        return PhysRange::between(PhysAddr{at - size}, PhysAddr{at});
    };
    for (size_t i = 0; i < c.plan.nodes.size(); i++)
        if (has_decoy(c, i) && !c.plan.nodes[i].decoy) c.plan.nodes[i].decoy = next(decoy_bytes);
    for (PlanNode& n : c.plan.nodes)
        if (!n.console) n.log = next(MKL_LOG_RING_SIZE);
    const PhysAddr first_status{at};
    for (PlanNode& n : c.plan.nodes) n.status = next(page_bytes);
    c.plan.status = PhysRange::between(first_status, PhysAddr{at});
    return true;
}

}  // namespace mkl::placement
