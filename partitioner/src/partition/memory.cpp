// SPDX-License-Identifier: BSD-2-Clause
// RAM of nodes and pools: what is fixed first, then largest first, lowest fit; only where that
// does not fit, every order is tried. Reasons: docs/adr/0010-partition-method.md.
#include <algorithm>
#include <tuple>

#include "mkl/claims/claims.hpp"
#include "mkl/support/join.hpp"
#include "mkl/support/text.hpp"
#include "steps.hpp"

namespace mkl::placement {

namespace {

struct Request {
    std::string who;
    std::optional<PhysAddr> base;
    uint64_t size = 0, align = node_align;
    SourceSpan where;
    size_t node = 0, pool = 0;
    bool is_node = true;
    std::vector<PhysRange> windows = {everywhere};  ///< where it may stand
    std::string limit;                              ///< in words; "" if anywhere
    std::optional<PhysRange> kept;                  ///< where it stood before; no duty
};

/// `above:`, `below:` and `align:` of the YAML.
void apply(const PlacementLimits& limits, Request& r) {
    const uint64_t from = limits.above ? limits.above->value : 0;
    const uint64_t to = limits.below ? limits.below->value : UINT64_MAX;
    if (limits.above || limits.below) {
        r.windows.clear();
        if (from < to) r.windows.push_back(PhysRange::between(PhysAddr{from}, PhysAddr{to}));
        r.limit = cat(limits.above ? cat("above ", hex(from)) : "",
                      limits.above && limits.below ? " and " : "",
                      limits.below ? cat("below ", hex(to)) : "");
    }
    if (limits.align) r.align = std::max(r.align, limits.align->value);
}

/// The first RAM of the node that mkl places goes where its bus masters reach, so that its drivers
/// have memory for them.
void prefer_dma_windows(const Context& c, size_t node, Request& r) {
    const std::vector<PhysRange> reach = dma_reach(c, node);
    if (intersect(reach, c.plan.ram) == c.plan.ram) return;
    const auto windows = intersect(r.windows, reach);
    if (!c.space.lowest(r.size, r.align, windows)) {
        c.sink.report(
            {.id = "W312",
             .where = r.where,
             .message = cat(r.who, " owns a bus master that reaches only ", reach.front(),
                            reach.size() > 1 ? " and more" : "", ", where ", size_text(r.size),
                            " at a multiple of ", size_text(r.align), " is not free"),
             .hint = "make this range smaller, or list a smaller one first; buffers for the device "
                     "must lie within its reach"});
        return;
    }
    r.windows = windows;
    r.limit = "within reach of its bus masters";
}

/// Where a pool that mkl makes stood before, if it still is the same pool.
std::optional<PhysRange> kept_range(const Context& c, const PlanPool& pool) {
    for (const KeptPool& k : c.kept) {
        const bool same_members =
            std::equal(k.nodes.begin(), k.nodes.end(), pool.nodes.begin(), pool.nodes.end(),
                       [&](const std::string& name, const auto& member) {
                           return c.plan.nodes[member.first].name == name;
                       });
        if (k.name == pool.name && same_members && k.range.size_bytes() == pool.range.size_bytes())
            return k.range;
    }
    return std::nullopt;
}

std::vector<Request> requests_of(Context& c) {
    std::vector<Request> out;
    const auto add = [&](Request r, const std::optional<Located<uint64_t>>& base) {
        if (base) r.base = PhysAddr{base->value};
        if (r.size != 0) out.push_back(std::move(r));
    };
    for (size_t i = 0; i < c.system.nodes.size(); i++) {
        bool first = true;
        for (const MemoryRequest& m : c.system.nodes[i].memory) {
            Request r{.who = cat("node '", c.system.nodes[i].name.value, "'"),
                      .size = m.size.value,
                      .where = m.where,
                      .node = i};
            apply(m.limits, r);
            if (first && !m.base) prefer_dma_windows(c, i, r);
            first = first && m.base.has_value();
            add(std::move(r), m.base);
        }
    }
    for (size_t p = 0; p < c.plan.pools.size(); p++) {
        const PlanPool& pool = c.plan.pools[p];
        Request r{.who = cat("pool '", pool.name, "'"), .pool = p, .is_node = false};
        if (p < c.system.shared.size()) {
            const PoolRequest& asked = c.system.shared[p];
            r.size = asked.size.value;
            r.align = r.size >= node_align ? node_align : page_bytes;
            r.where = asked.where;
            apply(asked.limits, r);
            add(std::move(r), asked.base);
        } else {
            r.size = pool.range.size_bytes();  // automatic: plan_pools() has summed it up
            const PoolSlice& cause = pool.slices.front();
            r.where = cause.dma ? c.system.components[cause.dma->first].where
                                : c.system.connections[cause.connection].where;
            r.kept = kept_range(c, pool);
            add(std::move(r), std::nullopt);
        }
    }
    return out;
}

void grant(Context& c, const Request& r, PhysRange range) {
    c.space.take(range, r.who, r.where);
    if (r.is_node)
        c.plan.nodes[r.node].memory.push_back(range);
    else
        c.plan.pools[r.pool].range = range;
}

bool place_fixed(Context& c, const Request& r) {
    const std::optional<PhysRange> range = PhysRange::from_base_size(*r.base, r.size);
    if (range && c.space.is_free(*range)) {
        grant(c, r, *range);
        return true;
    }
    Diagnostic d{.id = "E301",
                 .where = r.where,
                 .message = cat(r.who, " cannot have ", size_text(r.size), " at ", hex(*r.base),
                                ": that is not all free RAM; ", free_text(c.space))};
    for (const Taken& t : c.space.taken())
        if (range && t.range.overlaps(*range))
            d.notes.push_back({t.where, cat(t.who, " has ", t.range)});
    if (const std::optional<PhysRange> other = c.space.lowest(r.size, r.align, r.windows))
        d.hint = cat("the lowest base that fits is ", hex(other->base()));
    c.sink.report(std::move(d));
    return false;
}

/// Where it fits, the lowest place. A node's size that no single range holds is cut, largest first:
/// RAM of phones and servers is cut up by what firmware reserves. No piece is too small for a
/// kernel.
std::optional<std::vector<PhysRange>> places_of(Space space, const Request& r) {
    constexpr size_t most_pieces = 8;
    constexpr uint64_t least_piece = uint64_t{16} << 20;
    if (const std::optional<PhysRange> range = space.lowest(r.size, r.align, r.windows))
        return std::vector{*range};
    if (!r.is_node) return std::nullopt;
    std::vector<PhysRange> pieces;
    for (uint64_t rest = r.size; rest != 0;) {
        uint64_t take = std::min(rest, space.largest(r.align, r.windows));
        if (rest != take && rest - take < least_piece)
            take = std::max(rest, least_piece) - least_piece;
        if (take < least_piece || pieces.size() == most_pieces) return std::nullopt;
        const std::optional<PhysRange> range = space.lowest(take, r.align, r.windows);
        if (!range) return std::nullopt;
        space.take(*range, r.who, r.where);
        pieces.push_back(*range);
        rest -= take;
    }
    return pieces;
}

}  // namespace

std::vector<Diagnostic::Note> who_has_what(const Space& space) {
    constexpr size_t most = 6;
    std::vector<Taken> taken = space.taken();
    std::stable_sort(taken.begin(), taken.end(), [](const Taken& a, const Taken& b) {
        return a.range.size_bytes() > b.range.size_bytes();
    });
    taken.resize(std::min(taken.size(), most));
    std::vector<Diagnostic::Note> notes;
    for (const Taken& t : taken) notes.push_back({t.where, cat(t.who, " has ", t.range)});
    return notes;
}

std::string free_text(const Space& space) {
    constexpr size_t most = 3;
    std::vector<PhysRange> largest = space.free();
    if (largest.empty()) return "no RAM is free";
    std::stable_sort(largest.begin(), largest.end(),
                     [](PhysRange a, PhysRange b) { return a.size_bytes() > b.size_bytes(); });
    const std::span shown{largest.data(), std::min(largest.size(), most)};
    return cat(
        largest.size() == 1 ? "the only free range is " : "the largest free ranges are ",
        join(shown, [](PhysRange r) { return cat(r, " (", size_text(r.size_bytes()), ")"); }));
}

namespace {

/// Where each request stands, in their order.
using Places = std::vector<PhysRange>;

/// Tries every order of `requests` and of the room that must be left for loader, logs and status
/// pages, each at the lowest fit, until one works.
///
/// Complete: take any packing and place its requests in the order of their addresses, each at the
/// lowest fit. None ends up higher than it was, so the place of each next one is still free.
/// The number of steps is bounded, so with many different sizes it may give up early.
class Search {
public:
    Search(const std::vector<Request>& requests, const Request& room) : requests_{requests} {
        requests_.push_back(room);
        places_.resize(requests_.size());
    }

    std::optional<Places> run(const Space& space) {
        uint64_t wanted = 0;
        for (const Request& r : requests_) {
            if (r.size > space.free_bytes() - wanted) return std::nullopt;
            wanted += r.size;
        }
        if (!place_next(space, 0)) return std::nullopt;
        Places out;
        for (const std::optional<PhysRange>& p : places_) out.push_back(*p);
        return out;
    }

private:
    bool place_next(const Space& space, size_t done) {
        if (done == requests_.size()) return true;
        for (size_t i = 0; i < requests_.size(); i++) {
            if (places_[i] || tried_alike(i) || steps_++ > most_steps) continue;
            const std::optional<PhysRange> r =
                space.lowest(requests_[i].size, requests_[i].align, requests_[i].windows);
            if (!r) return false;  // fits nowhere now, so nowhere later
            Space rest = space;
            rest.take(*r, "", {});
            places_[i] = *r;
            if (place_next(rest, done + 1)) return true;
            places_[i].reset();
        }
        return false;
    }

    /// Equal requests are tried in one order only.
    bool tried_alike(size_t i) const {
        for (size_t k = 0; k < i; k++)
            if (!places_[k] && requests_[k].size == requests_[i].size &&
                requests_[k].align == requests_[i].align &&
                requests_[k].windows == requests_[i].windows)
                return true;
        return false;
    }

    static constexpr size_t most_steps = 20'000;
    std::vector<Request> requests_;
    std::vector<std::optional<PhysRange>> places_;
    size_t steps_ = 0;
};

/// In the order given: largest first, lowest fit. Predictable, and right nearly always.
std::optional<Places> first_fit(Space space, std::vector<Request> requests, const Request& room) {
    requests.push_back(room);
    Places places;
    for (const Request& r : requests) {
        const std::optional<PhysRange> place = space.lowest(r.size, r.align, r.windows);
        if (!place) return std::nullopt;
        space.take(*place, "", {});
        places.push_back(*place);
    }
    return places;
}

/// Pools that mkl made before, where they were, if all else fits beside them.
bool place_kept(Context& c, const std::vector<Request>& requests, const Request& room) {
    Space space = c.space;
    std::vector<Request> kept, rest;
    for (const Request& r : requests) {
        const bool stays = r.kept && space.is_free(*r.kept);
        if (stays) space.take(*r.kept, r.who, r.where);
        (stays ? kept : rest).push_back(r);
    }
    if (kept.empty()) return false;
    const std::optional<Places> places = first_fit(space, rest, room);
    if (!places) return false;
    for (const Request& r : kept) grant(c, r, *r.kept);
    for (size_t i = 0; i < rest.size(); i++) grant(c, rest[i], (*places)[i]);
    return true;
}

/// All of them and room for the loader, or nothing.
bool place_all(Context& c, const std::vector<Request>& requests) {
    const Request room{.who = "", .size = loader_room(c), .align = loader_room_align(c)};
    if (place_kept(c, requests, room)) return true;
    std::optional<Places> places = first_fit(c.space, requests, room);
    if (!places) places = Search{requests, room}.run(c.space);
    if (!places) return false;
    for (size_t i = 0; i < requests.size(); i++) grant(c, requests[i], (*places)[i]);
    return true;
}

/// Larger than what there is before anything without a base is placed.
void report_too_large(Context& c, const Space& bare, const Request& r) {
    const uint64_t largest = bare.largest(r.align, r.windows);
    c.sink.report(
        {.id = "E302",
         .where = r.where,
         .message = cat(r.who, " needs ", size_text(r.size), r.is_node ? "" : " in one piece",
                        ", a multiple of ", size_text(r.align),
                        r.limit.empty() ? "" : ", " + r.limit, "; ", free_text(bare)),
         .notes = who_has_what(bare),
         .hint = largest == 0 ? cat(r.limit.empty() ? "" : "widen the limits, or ",
                                    "make something with a base smaller")
                              : cat("at most ", size_text(largest), " fits here")});
}

/// Each of them fits, but not all. Nothing says which one is too large, so the largest is named
/// first and the others with it.
void report_together(Context& c, const Space& bare, const std::vector<Request>& requests,
                     const Request& failed) {
    constexpr size_t most = 6;
    std::vector<const Request*> rivals;
    for (const Request& r : requests)
        if (!intersect(r.windows, failed.windows).empty() && places_of(bare, r))
            rivals.push_back(&r);
    std::stable_sort(rivals.begin(), rivals.end(),
                     [](const Request* a, const Request* b) { return a->size > b->size; });
    Diagnostic d{.id = "E302", .where = rivals.front()->where};
    d.message =
        cat(join_some(most, rivals,
                      [](const Request* r) { return cat(r->who, " needs ", size_text(r->size)); }),
            rivals.size() > most ? " need some" : "",
            "; each fits, but not all together; for them ", free_text(bare));
    for (size_t i = 1; i < std::min(rivals.size(), most); i++)
        d.notes.push_back({rivals[i]->where, cat(rivals[i]->who, " is asked for here")});
    d.hint = "make one of them smaller";
    if (const uint64_t left = c.space.largest(failed.align, failed.windows); left != 0)
        d.hint += cat("; beside the others ", failed.who, " can have ", size_text(left));
    c.sink.report(std::move(d));
}

bool place_flexible(Context& c, const std::vector<Request>& requests) {
    const Space bare = c.space;
    const auto choices = decoy_rooms(c);
    for (const std::vector<PhysRange>& rooms : choices) {
        place_decoys(c, rooms);
        if (place_all(c, requests)) return true;
        c.space = bare;
        for (PlanNode& node : c.plan.nodes) node.decoy.reset();
    }
    if (place_all(c, requests)) return true;
    if (!choices.empty()) place_decoys(c, choices.front());
    const Space alone = c.space;
    bool placed = true;
    const Request* failed = nullptr;
    for (const Request& r : requests) {
        if (const auto places = places_of(c.space, r)) {
            for (const PhysRange piece : *places) grant(c, r, piece);
            continue;
        }
        placed = false;
        if (!places_of(alone, r))
            report_too_large(c, alone, r);
        else if (failed == nullptr)
            failed = &r;
    }
    if (failed != nullptr) report_together(c, alone, requests, *failed);
    return placed;
}

}  // namespace

bool place_memory(Context& c) {
    std::vector<Request> fixed, flexible;
    for (Request& r : requests_of(c)) (r.base ? fixed : flexible).push_back(std::move(r));
    // What is limited first, then by falling size, nodes before pools, YAML order.
    std::stable_sort(flexible.begin(), flexible.end(), [](const Request& a, const Request& b) {
        return std::tuple{a.limit.empty(), b.size, !a.is_node} <
               std::tuple{b.limit.empty(), a.size, !b.is_node};
    });
    bool placed = true;
    for (const Request& r : fixed) placed = place_fixed(c, r) && placed;
    placed = place_fixed_loader(c) && placed;
    placed = place_flexible(c, flexible) && placed;
    for (PlanNode& node : c.plan.nodes) node.memory = normalise(std::move(node.memory));
    check_reach_of_fixed(c);
    return placed;
}

}  // namespace mkl::placement
