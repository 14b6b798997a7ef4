// SPDX-License-Identifier: BSD-2-Clause
// What the YAML fixes about memory; whether the rest fits is partition's question.
#include <algorithm>

#include "mkl/claims/claims.hpp"
#include "mkl/support/join.hpp"
#include "mkl/support/text.hpp"
#include "rules_internal.hpp"

namespace mkl::rules {

namespace {

/// One range that the YAML names, with or without a base.
struct Request {
    std::string who;
    std::optional<Located<uint64_t>> base;
    Located<uint64_t> size;
    uint64_t align = page_bytes;
    PlacementLimits limits = {};

    std::optional<PhysRange> range() const {
        return base ? PhysRange::from_base_size(PhysAddr{base->value}, size.value) : std::nullopt;
    }
};

std::vector<Request> requests(const System& system) {
    std::vector<Request> out;
    for (const NodeRequest& n : system.nodes)
        for (const MemoryRequest& m : n.memory)
            out.push_back({cat("node '", n.name.value, "'"), m.base, m.size, node_align, m.limits});
    for (const PoolRequest& p : system.shared)
        out.push_back({cat("pool '", p.name.value, "'"), p.base, p.size, page_bytes, p.limits});
    if (system.loader && system.loader->size)
        out.push_back({"the loader", system.loader->base, *system.loader->size, page_bytes});
    return out;
}

/// As above for `files:`, which stand inside a node's memory.
std::vector<Request> file_requests(const System& system) {
    std::vector<Request> out;
    for (const FileRequest& f : system.files) {
        const Located<uint64_t> size{f.room().value_or(page_bytes),
                                     f.size ? f.size->where : f.path.where};
        out.push_back({cat("file '", f.name.value, "'"), f.base, size, page_bytes, f.limits});
    }
    return out;
}

std::vector<Request> all_requests(const System& system) {
    std::vector<Request> out = requests(system);
    for (Request& r : file_requests(system)) out.push_back(std::move(r));
    return out;
}

void check_multiple(const Request& r, const Located<uint64_t>& value, std::string_view what,
                    bool is_address, DiagnosticSink& sink) {
    if (value.value % r.align == 0) return;
    const uint64_t below = value.value / r.align * r.align;
    const auto show = [&](uint64_t v) {
        return is_address ? hex(v) : cat(hex(v), " (", size_text(v), ")");
    };
    std::string hint = "the nearest are ";
    if (below == 0 && !is_address)
        hint = cat("the smallest is ", show(r.align));
    else if (below > UINT64_MAX - r.align)
        hint = cat("the nearest is ", show(below));
    else
        hint = cat("the nearest are ", show(below), " and ", show(below + r.align));
    sink.report({.id = "E210",
                 .where = value.where,
                 .message = cat(what, " of ", r.who, ", ", hex(value.value),
                                ", is not a multiple of ", size_text(r.align)),
                 .hint = std::move(hint)});
}

/// The base nearest to `near` where `size` bytes at a multiple of `align` are in `free`.
std::optional<PhysAddr> nearest(const std::vector<PhysRange>& free, uint64_t size, uint64_t align,
                                PhysAddr near) {
    std::optional<PhysAddr> best;
    uint64_t best_distance = 0;
    for (const PhysRange f : free) {
        if (f.size_bytes() < size || f.base().value > UINT64_MAX - align) continue;
        const uint64_t first = (f.base().value + align - 1) / align * align;
        const uint64_t last = (f.end().value - size) / align * align;
        if (first > last) continue;
        const uint64_t base = std::clamp(near.value / align * align, first, last);
        const uint64_t distance = base > near.value ? base - near.value : near.value - base;
        if (!best || distance < best_distance) {
            best = PhysAddr{base};
            best_distance = distance;
        }
    }
    return best;
}

std::string nearest_hint(const System& system, const Hardware& hardware, const Request& r) {
    std::vector<PhysRange> taken;
    for (const Request& other : requests(system))
        if (const auto range = other.range(); range && other.base->where.line != 0)
            if (!(other.base->where.line == r.base->where.line &&
                  other.base->where.column == r.base->where.column))
                taken.push_back(*range);
    const std::vector<PhysRange> free = subtract(free_ram(hardware), normalise(std::move(taken)));
    const std::optional<PhysAddr> base =
        nearest(free, r.size.value, r.align, PhysAddr{r.base->value});
    return base ? cat("the nearest free base is ", hex(*base),
                      "; or leave `base:` out and let mkl place it")
                : cat("no free range of ", size_text(r.size.value), " is left");
}

/// Whether the base is none of the description's but the lock file's, chosen within the limits.
bool is_kept_within(const Request& r, const Located<uint64_t>& limit) {
    const auto range = r.range();
    return r.base->where.file != limit.where.file && range && keeps_limits(*range, r.limits);
}

}  // namespace

void memory_aligned(const System& system, const Hardware&, DiagnosticSink& sink) {
    for (const Request& r : all_requests(system)) {
        if (r.base) check_multiple(r, *r.base, "the base", true, sink);
        check_multiple(r, r.size, "the size", false, sink);
    }
    if (system.loader && system.loader->base)
        check_multiple({"the loader", {}, {}, node_align}, *system.loader->base, "the base", true,
                       sink);
}

void memory_limits(const System& system, const Hardware&, DiagnosticSink& sink) {
    const auto refuse = [&](const Located<uint64_t>& at, std::string message, std::string hint) {
        sink.report({.id = "E213",
                     .where = at.where,
                     .message = std::move(message),
                     .hint = std::move(hint)});
    };
    for (const Request& r : all_requests(system)) {
        const PlacementLimits& l = r.limits;
        if (l.align && (l.align->value & (l.align->value - 1)) != 0)
            refuse(*l.align,
                   cat("`align:` of ", r.who, ", ", hex(l.align->value), ", is not a power of two"),
                   "");
        if (r.base) {
            const auto& limit = l.above ? l.above : l.below ? l.below : l.align;
            if (limit && !is_kept_within(r, *limit))
                refuse(*limit, cat(r.who, " has a `base:`, so a limit has nothing to choose"),
                       "remove the limit, or `base:`");
            continue;
        }
        const uint64_t from = l.above ? l.above->value : 0;
        if (l.below && (l.below->value < from || l.below->value - from < r.size.value))
            refuse(*l.below,
                   cat("between ", hex(from), " and ", hex(l.below->value),
                       " there is no room for ", size_text(r.size.value), " of ", r.who),
                   "widen the limits or make it smaller");
    }
}

void memory_disjoint(const System& system, const Hardware& hardware, DiagnosticSink& sink) {
    struct Fixed {
        PhysRange range;
        Request request;
        size_t order;
    };
    std::vector<Fixed> fixed;
    for (const Request& r : requests(system))
        if (const std::optional<PhysRange> range = r.range())
            fixed.push_back({*range, r, fixed.size()});
    std::stable_sort(fixed.begin(), fixed.end(), [](const Fixed& a, const Fixed& b) {
        return a.range.base() < b.range.base();
    });
    // Each against the one below it that reaches furthest: every overlapping request is named at
    // least once, and a chain of n gives n - 1 findings, not n squared.
    const Fixed* reach = nullptr;
    for (const Fixed& f : fixed) {
        if (reach != nullptr && reach->range.overlaps(f.range)) {
            const Fixed& first = reach->order < f.order ? *reach : f;
            const Fixed& second = reach->order < f.order ? f : *reach;
            sink.report(
                {.id = "E211",
                 .where = second.request.base->where,
                 .message = cat(second.request.who, " ", second.range, " overlaps ",
                                first.request.who, " ", first.range, " by ",
                                size_text(first.range.intersect(second.range).size_bytes())),
                 .notes = {{first.request.base->where, "claimed here first"}},
                 .hint = nearest_hint(system, hardware, second.request)});
        }
        if (reach == nullptr || f.range.end() > reach->range.end()) reach = &f;
    }
}

void memory_in_ram(const System& system, const Hardware& hardware, DiagnosticSink& sink) {
    const std::vector<PhysRange> free = free_ram(hardware);
    std::vector<PhysRange> ram;
    for (const RamRange& r : hardware.ram) ram.push_back(r.range);
    ram = normalise(std::move(ram));
    for (const Request& r : requests(system)) {
        if (!r.base) continue;
        const std::optional<PhysRange> range = r.range();
        if (range && covers(free, *range)) continue;
        Diagnostic d{.id = "E212", .where = r.base->where};
        if (!range) {
            d.message = cat(r.who, " at ", hex(r.base->value), " with ", size_text(r.size.value),
                            " does not fit in 64 bits");
        } else if (!covers(ram, *range)) {
            constexpr size_t most = 8;
            d.message =
                cat(r.who, " ", *range, " is not all RAM; the board has ", join_some(most, ram));
            d.notes.push_back({hardware.source, "the board"});
        } else {
            d.message = cat(r.who, " ", *range, " covers RAM that is reserved");
            for (const ReservedRange& v : hardware.reserved)
                if (v.range.overlaps(*range))
                    d.notes.push_back({v.where, cat(v.what, " has ", v.range)});
        }
        d.hint = nearest_hint(system, hardware, r);
        sink.report(std::move(d));
    }
}

}  // namespace mkl::rules
