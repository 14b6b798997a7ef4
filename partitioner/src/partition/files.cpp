// SPDX-License-Identifier: BSD-2-Clause
// Where `files:` stand inside their node's memory: fixed ones first, then the largest, each as high
// as it goes. The kernel starts at the lowest address, so what it and its programs need stays in
// one piece below. docs/partitioning.md, "Files".
#include <algorithm>

#include "mkl/support/join.hpp"
#include "mkl/support/text.hpp"
#include "steps.hpp"

namespace mkl::placement {

namespace {

/// Highest range of `size` bytes at a multiple of `align` in `free`, between `above` and `below`.
std::optional<PhysRange> highest(const std::vector<PhysRange>& free, uint64_t size, uint64_t align,
                                 PhysRange window) {
    for (auto r = free.rbegin(); r != free.rend(); ++r) {
        const PhysRange piece = r->intersect(window);
        if (piece.size_bytes() < size) continue;
        const uint64_t base = (piece.end().value - size) / align * align;
        if (base >= piece.base().value)
            return PhysRange::between(PhysAddr{base}, PhysAddr{base + size});
    }
    return std::nullopt;
}

class NodeFiles {
public:
    NodeFiles(Context& c, size_t node)
        : c_{c}, node_{c.plan.nodes[node]}, request_{c.system.nodes[node]} {
        const PhysAddr base = node_.memory.front().base();
        kernel_ = PhysRange::between(base, PhysAddr{base.value + node_align});
    }

    void place() {
        std::vector<size_t> fixed, flexible;
        for (size_t i = 0; i < c_.system.files.size(); i++) {
            const FileRequest& f = c_.system.files[i];
            if (f.node.value == node_.name && f.room()) (f.base ? fixed : flexible).push_back(i);
        }
        std::stable_sort(flexible.begin(), flexible.end(), [&](size_t a, size_t b) {
            return *c_.system.files[a].room() > *c_.system.files[b].room();
        });
        for (const size_t i : fixed) place_fixed(i);
        for (const size_t i : flexible) place_anywhere(i);
    }

private:
    /// RAM of the node that neither the kernel's first block nor a file has.
    std::vector<PhysRange> free() const {
        return subtract(node_.kernel_ram(), std::vector{kernel_});
    }

    void grant(size_t file, PhysRange range) {
        node_.files.push_back({file, range});
        std::sort(node_.files.begin(), node_.files.end(), [](const PlanFile& a, const PlanFile& b) {
            return a.range.base() < b.range.base();
        });
    }

    void place_fixed(size_t index) {
        const FileRequest& f = c_.system.files[index];
        const auto range = PhysRange::from_base_size(PhysAddr{f.base->value}, *f.room());
        if (range && covers(free(), *range)) return grant(index, *range);
        Diagnostic d{.id = "E313",
                     .where = f.base->where,
                     .message = cat("file '", f.name.value, "', ", size_text(*f.room()), " at ",
                                    hex(f.base->value))};
        if (!range || !covers(node_.memory, *range)) {
            d.message +=
                cat(", is not all in memory of node '", node_.name, "', ", join(node_.memory));
            d.notes.push_back({request_.where, "the node"});
        } else if (range->overlaps(kernel_)) {
            d.message += cat(", is where the kernel of node '", node_.name, "' starts: ", kernel_);
            d.notes.push_back({request_.where, "the node"});
        } else {
            for (const PlanFile& other : node_.files) {
                if (!other.range.overlaps(*range)) continue;
                const FileRequest& o = c_.system.files[other.file];
                d.message += cat(d.notes.empty() ? ", overlaps file '" : " and file '",
                                 o.name.value, "', ", other.range);
                d.notes.push_back({o.where, "that file"});
            }
        }
        if (const auto other = highest(free(), *f.room(), alignment(f), everywhere))
            d.hint = cat(hex(other->base()), " would do; or leave `base:` out");
        c_.sink.report(std::move(d));
    }

    void place_anywhere(size_t index) {
        const FileRequest& f = c_.system.files[index];
        const PlacementLimits& l = f.limits;
        const PhysAddr from{l.above ? l.above->value : 0},
            to{l.below ? l.below->value : UINT64_MAX};
        const PhysRange window = from < to ? PhysRange::between(from, to) : PhysRange{};
        if (const auto range = highest(free(), *f.room(), alignment(f), window))
            return grant(index, *range);
        uint64_t largest = 0;
        for (const PhysRange r : free())
            largest = std::max(largest, r.intersect(window).size_bytes());
        std::vector<Diagnostic::Note> notes{
            {request_.where, "the node"}
        };
        for (const PlanFile& other : node_.files)
            notes.push_back(
                {c_.system.files[other.file].where,
                 cat("file '", c_.system.files[other.file].name.value, "' has ", other.range)});
        c_.sink.report(
            {.id = "E314",
             .where = f.where,
             .message =
                 cat("file '", f.name.value, "' needs ", size_text(*f.room()), " at a multiple of ",
                     size_text(alignment(f)), " in memory of node '", node_.name, "', ",
                     join(node_.memory), "; the largest piece left ",
                     l.above || l.below ? "within its limits " : "", "has ", size_text(largest)),
             .notes = std::move(notes),
             .hint = cat("the lowest ", size_text(node_align),
                         " are the kernel's; give the node more memory")});
    }

    /// Large files at 2 MiB: large pages map them, and arm64 and RISC-V Linux want it.
    static uint64_t alignment(const FileRequest& f) {
        const uint64_t natural = *f.room() >= node_align ? node_align : page_bytes;
        return f.limits.align ? std::max(natural, f.limits.align->value) : natural;
    }

    Context& c_;
    PlanNode& node_;
    const NodeRequest& request_;
    PhysRange kernel_;
};

}  // namespace

bool place_files(Context& c) {
    const size_t errors = c.sink.error_count();
    for (size_t n = 0; n < c.plan.nodes.size(); n++)
        if (!c.plan.nodes[n].memory.empty()) NodeFiles{c, n}.place();
    return c.sink.error_count() == errors;
}

}  // namespace mkl::placement
