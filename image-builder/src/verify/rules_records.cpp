// SPDX-License-Identifier: BSD-2-Clause
// Boot records say what the payload table says: each kernel learns of its own node and no other.
#include <algorithm>
#include <cstring>

#include "mkl/abi/ring.h"
#include "proof.hpp"

namespace mkl::verify {

namespace {

constexpr std::string_view row = "boot records agree with the payload table";

class RecordRules {
public:
    RecordRules(const ImageView& image, const NodeView& view, Proof& proof)
        : table_{image.table}, node_{*view.node}, n_{view.node->raw}, record_{*view.record},
          proof_{proof}, part_{view.part("boot-record.bin")} {}

    void check() {
        check_identity();
        check_kernel();
        check_ranges();
        check_controller();
    }

private:
    void same(std::string_view what, uint64_t record, uint64_t table) {
        proof_.expect(row, record == table, "E621", part_, [&] {
            return cat(what, " of node '", node_.name, "' is ", hex(record),
                       " in its boot record and ", hex(table), " in the payload table");
        });
    }
    void same(std::string_view what, const std::vector<mkl_range>& record,
              const std::vector<mkl_range>& table) {
        const bool good = std::equal(record.begin(), record.end(), table.begin(), table.end(),
                                     [](const mkl_range& a, const mkl_range& b) {
                                         return a.base == b.base && a.size == b.size;
                                     });
        proof_.expect(row, good, "E621", part_, [&] {
            return cat(what, " of node '", node_.name, "' is ", list_text(record),
                       " in its boot record and ", list_text(table), " in the payload table");
        });
    }
    void check_identity() {
        same("architecture", record_.header.arch, table_.header.arch);
        same("number", record_.node->id, n_.id);
        same("hardware CPU", record_.node->hwid, n_.hwid);
        const std::string name = fixed_text(record_.node->name, sizeof record_.node->name);
        proof_.expect(row, name == node_.name, "E621", part_, [&] {
            return cat("node '", node_.name, "' is called '", name, "' in its boot record");
        });
    }
    void check_kernel() {
        same("kernel base", record_.kernel->base, n_.kernel_base);
        same("kernel end", record_.kernel->end, n_.kernel_end);
        same("kernel virtual base", record_.kernel->virt, n_.kernel_virt);
        const mkl_rec_root_task& root = *record_.root;
        const bool sane =
            root.base <= root.end && (root.base | root.end | root.virt) % MKL_PAGE_SIZE == 0;
        proof_.expect(
            row, sane && root.entry >= root.virt && root.entry - root.virt < root.end - root.base,
            "E621", part_, [&] {
                return cat("the root task of node '", node_.name, "' is ", hex(root.base), "..",
                           hex(root.end), " at ", hex(root.virt), ", entry ", hex(root.entry));
            });
        const Entry* entry = node_.entry(MKL_ROLE_ROOT);
        if (entry && !entry->segments.empty())
            same("root image base", root.base & ~uint64_t{MKL_PAGE_SIZE - 1},
                 entry->segments.front().dest & ~uint64_t{MKL_PAGE_SIZE - 1});
        const Entry* own = node_.entry(MKL_ROLE_BOOT_RECORD);
        if (own && own->segments.size() == 1)
            same("boot record", own->segments[0].dest, n_.boot_record);
    }
    void check_ranges() {
        same("RAM", record_.ram, node_.ram);
        same("device tree", record_.dtb,
             {
                 {n_.dtb_base, n_.dtb_size}
        });
        same("status page", record_.status,
             {
                 {n_.status, MKL_PAGE_SIZE}
        });
        if (n_.log == 0)
            same("log ring", record_.log, {});
        else
            same("log ring", record_.log,
                 {
                     {n_.log, MKL_LOG_RING_SIZE}
            });
        std::vector<mkl_range> files;
        for (const PhysRange r : file_ranges(node_))
            files.push_back({r.base().value, r.size_bytes()});
        same("reserved RAM (its files)", record_.reserved, files);
        PhysAddr last{0};
        for (const mkl_range& r : record_.reserved) {
            const auto range = range_of(r);
            proof_.expect("reserved parts lie in the node's RAM",
                          range && range->base() >= last && covers(ram(), *range), "E621", part_,
                          [&] {
                              return cat("node '", node_.name, "' reserves ", hex(r.base), " + ",
                                         hex(r.size), ", outside its RAM or out of order");
                          });
            if (range) last = range->end();
        }
    }
    void check_controller() {
        const mkl_rec_intc &a = *record_.intc, &b = table_.header.intc;
        same("interrupt controller type", a.type, b.type);
        same("distributor", a.dist_base, b.dist_base);
        same("distributor size", a.dist_size, b.dist_size);
        same("interrupt controller regions", a.region_count, b.region_count);
        for (uint32_t i = 0; i < std::min(a.region_count, MKL_INTC_MAX_REGIONS); i++) {
            same("interrupt controller region", a.regions[i].base, b.regions[i].base);
            same("interrupt controller region size", a.regions[i].size, b.regions[i].size);
        }
        same("redistributor stride", a.redist_stride, b.redist_stride);
        same("CPU interface", a.cpu_number, n_.cpu_number);
        // Beside others, an unmodified kernel drives a decoy: E654 proves that.
        const bool decoy =
            n_.protocol == MKL_PROTOCOL_SEL4 && b.type == MKL_INTC_GICV3 && table_.nodes.size() > 1;
        same("who initialises the distributor", a.initialiser,
             decoy ? MKL_INTC_INIT_DECOY : b.initialiser);
    }
    std::vector<PhysRange> ram() const {
        std::vector<PhysRange> out;
        for (const mkl_range& r : node_.ram)
            if (const auto range = range_of(r)) out.push_back(*range);
        return normalise(std::move(out));
    }

    const Table& table_;
    const Node& node_;
    const mkl_payload_node& n_;
    const Record& record_;
    Proof& proof_;
    std::string part_;
};

}  // namespace

void check_records(const ImageView& image, Proof& proof) {
    for (const NodeView& view : image.nodes)
        if (view.record) RecordRules{image, view, proof}.check();
}

}  // namespace mkl::verify
