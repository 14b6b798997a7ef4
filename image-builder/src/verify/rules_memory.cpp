// SPDX-License-Identifier: BSD-2-Clause
// RAM: every byte has one owner, and all of it is RAM of the board.
#include <algorithm>

#include "mkl/abi/ring.h"
#include "mkl/abi/status.h"
#include "proof.hpp"

namespace mkl::verify {

namespace {

constexpr uint64_t large_page = uint64_t{2} << 20;

struct Owned {
    PhysRange range;
    std::string owner;
    bool pool = false;
};

// Sorted, disjoint, page aligned; returns them as ranges, the bad ones left out.
std::vector<PhysRange> check_list(const std::vector<mkl_range>& list, const std::string& what,
                                  Proof& proof) {
    std::vector<PhysRange> out;
    PhysAddr last{0};
    for (const mkl_range& r : list) {
        const auto range = range_of(r);
        const bool good = range && r.base % MKL_PAGE_SIZE == 0 && r.size % MKL_PAGE_SIZE == 0 &&
                          (out.empty() || last <= range->base());
        proof.expect("lists of ranges are sorted, disjoint and page aligned", good, "E604",
                     MKL_PAYLOAD_NAME, [&] {
                         return cat(what, " has ", hex(r.base), " + ", hex(r.size),
                                    ", which is empty, "
                                    "unaligned, or not behind the range before it");
                     });
        if (!good) continue;
        out.push_back(*range);
        last = range->end();
    }
    return out;
}

void check_loader(const ImageView& image, Proof& proof) {
    const mkl_loader_params& p = image.params;
    const mkl_range& loader = image.table.header.loader;
    proof.expect(
        "the loader keeps to its own place",
        loader.base == p.run_base && loader.size == p.footprint, "E608", MKL_PAYLOAD_NAME, [&] {
            return cat("the table gives the loader ", hex(loader.base), " + ", hex(loader.size),
                       ", its parameters say ", hex(p.run_base), " + ", hex(p.footprint));
        });
    proof.expect("the loader keeps to its own place", p.run_base % large_page == 0, "E608", "",
                 [&] { return cat("run base ", hex(p.run_base), " is no multiple of 2 MiB"); });
    const bool aligned = (p.payload_offset | p.scratch_offset) % MKL_PAGE_SIZE == 0;
    const bool ordered = p.image_size <= p.payload_offset && p.payload_size <= p.footprint &&
                         p.payload_offset <= p.footprint - p.payload_size &&
                         p.payload_offset + p.payload_size <= p.scratch_offset &&
                         p.scratch_size <= p.footprint &&
                         p.scratch_offset <= p.footprint - p.scratch_size;
    proof.expect("the loader keeps to its own place", aligned && ordered, "E608", "", [&] {
        return cat("loader ", hex(p.image_size), ", payload ", hex(p.payload_offset), " + ",
                   hex(p.payload_size), " and scratch ", hex(p.scratch_offset), " + ",
                   hex(p.scratch_size), " overlap or leave its ", hex(p.footprint), " bytes");
    });
}

void check_pages(const ImageView& image, Proof& proof) {
    const mkl_payload_header& h = image.table.header;
    const uint64_t count = image.table.nodes.size();
    proof.expect("each node has a status page of its own", h.status.size == count * MKL_PAGE_SIZE,
                 "E609", MKL_PAYLOAD_NAME, [&] {
                     return cat("status pages take ", hex(h.status.size), " bytes for ", count,
                                " nodes");
                 });
    std::vector<uint64_t> logs;
    for (size_t i = 0; i < image.table.nodes.size(); i++) {
        const Node& n = image.table.nodes[i];
        const uint64_t page = h.status.base + i * MKL_PAGE_SIZE;
        proof.expect("each node has a status page of its own",
                     n.raw.status == page && n.raw.id == i, "E609", MKL_PAYLOAD_NAME, [&] {
                         return cat("node '", n.name, "' (", n.raw.id, ") has its status page at ",
                                    hex(n.raw.status), ", page ", i, " of the table is ",
                                    hex(page));
                     });
        if (n.raw.log == 0) continue;
        const bool inside = n.raw.log >= h.logs.base && h.logs.size >= MKL_LOG_RING_SIZE &&
                            n.raw.log - h.logs.base <= h.logs.size - MKL_LOG_RING_SIZE &&
                            (n.raw.log - h.logs.base) % MKL_LOG_RING_SIZE == 0;
        const bool single = std::find(logs.begin(), logs.end(), n.raw.log) == logs.end();
        proof.expect(
            "each log ring is one node's", inside && single, "E609", MKL_PAYLOAD_NAME, [&] {
                return cat("node '", n.name, "' has its log at ", hex(n.raw.log),
                           single ? ", outside the logs at " : ", which another node has, of ",
                           hex(h.logs.base), " + ", hex(h.logs.size));
            });
        logs.push_back(n.raw.log);
    }
}

}  // namespace

void check_memory(const ImageView& image, Proof& proof) {
    const Table& t = image.table;
    const auto ram = normalise(check_list(t.ram, "the board's RAM", proof));
    const auto claims = normalise(check_list(t.claims, "the list of claims", proof));
    std::vector<Owned> owned;
    for (const Node& n : t.nodes) {
        for (const PhysRange& r : check_list(n.ram, cat("RAM of node '", n.name, "'"), proof))
            owned.push_back({r, cat("node '", n.name, "'")});
        proof.expect("nodes have RAM", !n.ram.empty(), "E610", MKL_PAYLOAD_NAME,
                     [&] { return cat("node '", n.name, "' has no RAM"); });
    }
    const auto add = [&](const mkl_range& r, std::string owner, bool pool = false) {
        if (const auto range = range_of(r)) owned.push_back({*range, std::move(owner), pool});
    };
    add(t.header.loader, "the loader");
    add(t.header.status, "the status pages");
    add(t.header.logs, "the logs");
    const auto pools = normalise(check_list(t.pools, "the list of pools", proof));
    for (const PhysRange& r : check_list(t.zeros, "the list of zeros", proof))
        proof.expect(
            "the loader zeroes pools only", covers(pools, r), "E628", MKL_PAYLOAD_NAME,
            [&] { return cat("the loader zeroes ", r, ", which is not all in shared pools"); });
    for (size_t i = 0; i < t.pools.size(); i++) add(t.pools[i], cat("shared pool ", i), true);

    for (const Owned& o : owned) {
        proof.expect(
            "all that is owned is RAM of the board", covers(ram, o.range), "E610", MKL_PAYLOAD_NAME,
            [&] { return cat(o.owner, " has ", o.range, ", which is not all RAM of the board"); });
        proof.expect("the claims cover all that is owned", covers(claims, o.range), "E610",
                     MKL_PAYLOAD_NAME, [&] {
                         return cat(o.owner, " has ", o.range,
                                    ", which the claims that the loader compares "
                                    "with firmware do not cover");
                     });
    }
    std::sort(owned.begin(), owned.end(),
              [](const Owned& a, const Owned& b) { return a.range < b.range; });
    for (size_t i = 0; i + 1 < owned.size(); i++)
        for (size_t k = i + 1; k < owned.size() && owned[k].range.base() < owned[i].range.end();
             k++)
            proof.expect("every byte of RAM has one owner", false, "E611", MKL_PAYLOAD_NAME, [&] {
                return cat(owned[i].owner, " has ", owned[i].range, " and ", owned[k].owner,
                           " has ", owned[k].range, ": they share ",
                           owned[i].range.intersect(owned[k].range));
            });
    for (size_t i = 0; i < owned.size(); i++) proof.item("every byte of RAM has one owner", true);
    check_loader(image, proof);
    check_pages(image, proof);
}

}  // namespace mkl::verify
