// SPDX-License-Identifier: BSD-2-Clause
// Shared ranges: pools, logs and status pages, with the rights they may have, and no other.
#include <algorithm>
#include <map>

#include "mkl/abi/ring.h"
#include "proof.hpp"

namespace mkl::verify {

namespace {

constexpr uint32_t rw = MKL_RIGHT_READ | MKL_RIGHT_WRITE;

struct PoolUse {
    mkl_range range;
    uint32_t attributes;
    const NodeView* view;
    bool written = false;
};

bool is_in(const std::vector<mkl_range>& list, PhysRange range) {
    return covers(ranges_of(list), range);
}

// Own page or ring: rw; another node's: r. Both exactly where the table has them.
void check_page(const ImageView& image, const NodeView& view, const mkl_rec_shared& s,
                const std::string& part, Proof& proof) {
    const bool log = s.kind == MKL_SHARED_LOG;
    const std::string_view what = log ? "log ring" : "status page";
    const bool known = s.peer < image.table.nodes.size();
    const mkl_payload_node* peer = known ? &image.table.nodes[s.peer].raw : nullptr;
    const uint64_t base = !known ? 0 : log ? peer->log : peer->status;
    const uint64_t size = log ? MKL_LOG_RING_SIZE : MKL_PAGE_SIZE;
    proof.expect("logs and status pages are where the table has them",
                 known && base != 0 && s.base == base && s.size == size, "E628", part, [&] {
                     return cat("node '", view.node->name, "' may map ", hex(s.base), " + ",
                                hex(s.size), " as the ", what, " of node ", s.peer,
                                "; the table has it at ", hex(base), " + ", hex(size));
                 });
    const uint32_t most = s.peer == view.node->raw.id ? rw : MKL_RIGHT_READ;
    proof.expect("logs and status pages are written by their own node only",
                 (s.rights & ~most) == 0 && (s.rights & MKL_RIGHT_READ) != 0, "E628", part, [&] {
                     return cat("node '", view.node->name, "' has rights ", s.rights, " to the ",
                                what, " of node ", s.peer, ", at most ", most, " is due");
                 });
}

void check_pool(const ImageView& image, const NodeView& view, const mkl_rec_shared& s,
                const std::string& part, std::map<uint32_t, std::vector<PoolUse>>& pools,
                Proof& proof) {
    const auto range = range_of({s.base, s.size});
    proof.expect("pools are in the payload table", range && is_in(image.table.pools, *range),
                 "E628", part, [&] {
                     return cat("node '", view.node->name, "' may map ", hex(s.base), " + ",
                                hex(s.size), ", which is in no shared pool of the payload table");
                 });
    // Of a node with a spec, E628 wants that of its frames: rules_spec.cpp.
    proof.expect("shared memory is zeroed by the loader",
                 view.spec || (range && is_in(image.table.zeros, *range)), "E628", part, [&] {
                     return cat("the root task of node '", view.node->name, "' may use ",
                                hex(s.base), " + ", hex(s.size),
                                ", of which the loader does not zero all");
                 });
    proof.expect("rights to pools are read or read and write",
                 (s.rights & MKL_RIGHT_READ) != 0 && (s.rights & ~rw) == 0, "E628", part, [&] {
                     return cat("node '", view.node->name, "' has rights ", s.rights, " to pool ",
                                s.peer);
                 });
    pools[s.peer].push_back({
        {s.base, s.size},
        s.attributes, &view, (s.rights & MKL_RIGHT_WRITE) != 0
    });
}

// Exactly what one of the node's files takes: nobody else's memory, and no more of its own.
void check_file(const NodeView& view, const mkl_rec_shared& s, const std::string& part,
                Proof& proof) {
    const auto range = range_of({s.base, s.size});
    const auto files = file_ranges(*view.node);
    proof.expect(
        "files are mapped where they are copied to",
        range && std::find(files.begin(), files.end(), *range) != files.end() && s.rights == rw &&
            s.attributes == MKL_MEMORY_CACHED,
        "E628", part, [&] {
            return cat(
                "node '", view.node->name, "' may map ", hex(s.base), " + ", hex(s.size),
                " (rights ", s.rights, ", attributes ", s.attributes,
                ") as a file; no entry of it is copied there, or not as cached memory to read "
                "and write");
        });
}

void compare_pool(uint32_t pool, const std::vector<PoolUse>& uses, Proof& proof) {
    const PoolUse& first = uses.front();
    for (const PoolUse& u : uses) {
        const bool same = u.range.base == first.range.base && u.range.size == first.range.size &&
                          u.attributes == first.attributes;
        proof.expect(
            "members of a pool agree on it", same, "E628", u.view->part("boot-record.bin"), [&] {
                return cat("pool ", pool, " is ", hex(u.range.base), " + ", hex(u.range.size),
                           " (attributes ", u.attributes, ") for node '", u.view->node->name,
                           "' and ", hex(first.range.base), " + ", hex(first.range.size),
                           " (attributes ", first.attributes, ") for node '",
                           first.view->node->name, "'");
            });
    }
}

}  // namespace

void check_shared(const ImageView& image, Proof& proof) {
    std::map<uint32_t, std::vector<PoolUse>> pools;
    for (const NodeView& view : image.nodes) {
        if (!view.record) continue;
        const std::string part = view.part("boot-record.bin");
        PhysAddr last{0};
        for (const mkl_rec_shared& s : view.record->shared) {
            const auto range = range_of({s.base, s.size});
            proof.expect("shared ranges are pages, sorted and disjoint",
                         range && (s.base | s.size) % MKL_PAGE_SIZE == 0 && last <= range->base() &&
                             s.attributes <= MKL_MEMORY_UNCACHED,
                         "E628", part, [&] {
                             return cat("shared range ", hex(s.base), " + ", hex(s.size),
                                        " of node '", view.node->name,
                                        "' is unaligned, empty or out of order");
                         });
            if (range) last = range->end();
            if (s.kind == MKL_SHARED_POOL)
                check_pool(image, view, s, part, pools, proof);
            else if (s.kind == MKL_SHARED_LOG || s.kind == MKL_SHARED_STATUS)
                check_page(image, view, s, part, proof);
            else if (s.kind == MKL_SHARED_FILE)
                check_file(view, s, part, proof);
            else
                proof.expect("shared ranges are pages, sorted and disjoint", false, "E628", part,
                             [&] {
                                 return cat("node '", view.node->name,
                                            "' has a shared range of kind ", s.kind);
                             });
        }
    }
    for (const auto& [pool, uses] : pools) compare_pool(pool, uses, proof);
    for (auto a = pools.begin(); a != pools.end(); ++a)
        for (auto b = std::next(a); b != pools.end(); ++b) {
            const auto ra = range_of(a->second.front().range),
                       rb = range_of(b->second.front().range);
            proof.expect("pools are disjoint", !ra || !rb || !ra->overlaps(*rb), "E628",
                         a->second.front().view->part("boot-record.bin"),
                         [&] { return cat("pools ", a->first, " and ", b->first, " overlap"); });
        }
}

}  // namespace mkl::verify
