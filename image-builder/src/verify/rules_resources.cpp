// SPDX-License-Identifier: BSD-2-Clause
// CPUs, interrupts, SGIs and device pages: one owner each, and records agree with the table.
#include <algorithm>
#include <map>

#include "proof.hpp"

namespace mkl::verify {

namespace {

// Arm IHI 0048B and IHI 0069H: INTIDs 0..15 are SGIs, 16..31 PPIs, SPIs start at 32.
constexpr uint32_t first_spi = 32, end_spi = 1020, sgi_count = 16;

bool is_gic(const ImageView& image) {
    return image.table.header.intc.type == MKL_INTC_GICV2 ||
           image.table.header.intc.type == MKL_INTC_GICV3;
}

void check_cpus(const ImageView& image, Proof& proof) {
    std::map<uint64_t, const Node*> owner;
    std::map<uint32_t, const Node*> interface;
    for (const Node& n : image.table.nodes) {
        const auto first = owner.emplace(n.raw.hwid, &n);
        proof.expect("every CPU has one owner", first.second, "E629", MKL_PAYLOAD_NAME, [&] {
            return cat("CPU ", hex(n.raw.hwid), " is owned by node '", first.first->second->name,
                       "' and by node '", n.name, "'");
        });
        if (image.table.header.intc.type != MKL_INTC_GICV2) continue;
        const auto same = interface.emplace(n.raw.cpu_number, &n);
        proof.expect("every CPU has one owner", same.second && n.raw.cpu_number < 8, "E629",
                     MKL_PAYLOAD_NAME, [&] {
                         return cat("GICv2 CPU interface ", n.raw.cpu_number, " is that of node '",
                                    same.first->second->name, "' and of node '", n.name, "'");
                     });
    }
}

// The CPU that stays in the loader is nobody's, and at most one node waits for all others.
void check_steward(const ImageView& image, Proof& proof) {
    const mkl_payload_header& h = image.table.header;
    size_t last = 0;
    for (const Node& n : image.table.nodes) {
        if ((n.raw.flags & MKL_NODE_LAST) != 0) last++;
        proof.expect("every CPU has one owner",
                     h.steward_start == MKL_START_NONE || n.raw.hwid != h.steward_hwid, "E629",
                     MKL_PAYLOAD_NAME, [&] {
                         return cat("CPU ", hex(n.raw.hwid), " is owned by node '", n.name,
                                    "' and stays in the loader as steward");
                     });
    }
    proof.expect("at most one node enters last", last <= 1, "E604", MKL_PAYLOAD_NAME,
                 [&] { return cat(last, " nodes each enter only when all others are ready"); });
}

void check_table_interrupts(const ImageView& image, Proof& proof) {
    const auto& list = image.table.interrupts;
    for (size_t i = 0; i < list.size(); i++) {
        const bool ordered = i == 0 || list[i - 1].id < list[i].id;
        proof.expect("every interrupt has one owner", ordered, "E623", MKL_PAYLOAD_NAME, [&] {
            return cat("interrupt ", list[i].id, " of node ", list[i].node, " stands behind ",
                       i == 0 ? 0 : list[i - 1].id, " of node ", i == 0 ? 0 : list[i - 1].node,
                       ": it is given out twice or out of order");
        });
        const bool valid = list[i].node < image.table.nodes.size() &&
                           list[i].trigger <= MKL_TRIGGER_EDGE && list[i].id != 0 &&
                           (!is_gic(image) || (list[i].id >= first_spi && list[i].id < end_spi));
        proof.expect(
            "interrupts are lines of the controller", valid, "E623", MKL_PAYLOAD_NAME, [&] {
                return cat("interrupt ", list[i].id, " of node ", list[i].node, ", trigger ",
                           list[i].trigger, " is no line that a node can own");
            });
    }
}

void check_record_interrupts(const ImageView& image, size_t index, Proof& proof) {
    const NodeView& view = image.nodes[index];
    std::vector<std::pair<uint32_t, uint32_t>> table, record;
    for (const mkl_payload_interrupt& i : image.table.interrupts)
        if (i.node == index) table.emplace_back(i.id, i.trigger);
    for (const mkl_rec_interrupt& i : view.record->interrupts) record.emplace_back(i.id, i.trigger);
    constexpr std::string_view row = "boot records and table agree on interrupts";
    for (const auto& i : record) {
        const bool granted = std::find(table.begin(), table.end(), i) != table.end();
        const auto other =
            std::find_if(image.table.interrupts.begin(), image.table.interrupts.end(),
                         [&](const mkl_payload_interrupt& t) { return t.id == i.first; });
        const bool known =
            other != image.table.interrupts.end() && other->node < image.table.nodes.size();
        proof.expect(
            row, granted, "E622", [&] { return view.part("boot-record.bin"); },
            [&] {
                return cat("node '", view.node->name, "' owns interrupt ", i.first, " (trigger ",
                           i.second, ") in its boot record; the loader routes it to ",
                           known ? cat("node '", image.table.nodes[other->node].name, "' (trigger ",
                                       other->trigger, ")")
                                 : std::string{"nobody"});
            });
    }
    for (const auto& i : table) {
        const bool told = std::any_of(record.begin(), record.end(),
                                      [&](const auto& r) { return r.first == i.first; });
        proof.expect(
            row, told, "E622", [&] { return view.part("boot-record.bin"); },
            [&] {
                return cat("the loader routes interrupt ", i.first, " to node '", view.node->name,
                           "', whose boot record does not have it");
            });
    }
    proof.expect(
        row, std::is_sorted(record.begin(), record.end()), "E622",
        [&] { return view.part("boot-record.bin"); },
        [&] { return cat("interrupts of node '", view.node->name, "' are not ascending"); });
}

// What a sender writes to reach this node (mkl/abi/boot_record.h, mkl_rec_sgi_send).
uint64_t sgi_target(const ImageView& image, const Node& node) {
    if (image.table.header.intc.type == MKL_INTC_GICV2) return node.raw.cpu_number;
    if (image.table.header.intc.type != MKL_INTC_GICV3) return node.raw.hwid;
    const uint64_t h = node.raw.hwid;  // MPIDR_EL1: Aff3 in bits 39..32, Aff2..0 in 23..0
    return (h >> 32 & 0xff) << 24 | (h & 0xffffff);
}

void check_sgis(const ImageView& image, Proof& proof) {
    std::map<std::pair<uint64_t, uint32_t>, std::string> senders;
    for (const NodeView& view : image.nodes) {
        if (!view.record) continue;
        const std::string part = view.part("boot-record.bin");
        for (const mkl_rec_sgi_send& s : view.record->sends) {
            const auto to =
                std::find_if(image.nodes.begin(), image.nodes.end(), [&](const NodeView& n) {
                    return sgi_target(image, *n.node) == s.target;
                });
            const bool valid = s.id < (is_gic(image) ? sgi_count : 1);
            const bool received =
                to != image.nodes.end() && to->record &&
                std::any_of(to->record->receives.begin(), to->record->receives.end(),
                            [&](const mkl_rec_sgi_receive& r) { return r.id == s.id; });
            proof.expect("every SGI that is sent is one that its target takes",
                         valid && received && &*to != &view, "E624", part, [&] {
                             return cat("node '", view.node->name, "' may send SGI ", s.id,
                                        " to target ", hex(s.target), ": ",
                                        to == image.nodes.end()
                                            ? std::string{"no node has that CPU"}
                                        : &*to == &view
                                            ? std::string{"that is its own CPU"}
                                            : cat("node '", to->node->name, "' does not take it"));
                         });
            const auto first = senders.emplace(std::pair{s.target, s.id}, view.node->name);
            proof.expect(
                "every SGI has one sender", first.second || !is_gic(image), "E625", part, [&] {
                    return cat("SGI ", s.id, " to target ", hex(s.target), " is sent by node '",
                               first.first->second, "' and by node '", view.node->name, "'");
                });
        }
        for (const mkl_rec_sgi_receive& r : view.record->receives) {
            const uint64_t target = sgi_target(image, *view.node);
            const bool sent =
                std::any_of(image.nodes.begin(), image.nodes.end(), [&](const NodeView& n) {
                    return n.record && std::any_of(n.record->sends.begin(), n.record->sends.end(),
                                                   [&](const mkl_rec_sgi_send& s) {
                                                       return s.id == r.id && s.target == target;
                                                   });
                });
            proof.expect("every SGI that is taken has a sender", sent, "E624", part, [&] {
                return cat("node '", view.node->name, "' takes SGI ", r.id,
                           ", which no node may send to it");
            });
        }
    }
}

struct Page {
    PhysRange range;
    const NodeView* view;
};

void check_devices(const ImageView& image, Proof& proof) {
    std::vector<Page> pages;
    std::vector<std::pair<PhysRange, std::string>> forbidden;
    const mkl_payload_header& h = image.table.header;
    const auto forbid = [&](const mkl_range& r, std::string what) {
        if (const auto range = range_of(r)) forbidden.emplace_back(*range, std::move(what));
    };
    forbid({h.intc.dist_base, h.intc.dist_size}, "the interrupt controller");
    for (uint32_t i = 0; i < std::min(h.intc.region_count, MKL_INTC_MAX_REGIONS); i++)
        forbid(h.intc.regions[i], "the interrupt controller");
    for (const mkl_range& r : image.table.ram) forbid(r, "RAM");
    for (const NodeView& view : image.nodes) {
        if (!view.record) continue;
        const std::string part = view.part("boot-record.bin");
        PhysAddr last{0};
        for (const mkl_range& r : view.record->devices) {
            const auto range = range_of(r);
            const bool good =
                range && (r.base | r.size) % MKL_PAGE_SIZE == 0 && last <= range->base();
            proof.expect("device ranges are pages, sorted and disjoint", good, "E626", part, [&] {
                return cat("device range ", hex(r.base), " + ", hex(r.size), " of node '",
                           view.node->name, "' is unaligned, empty or out of order");
            });
            if (!range) continue;
            last = range->end();
            pages.push_back({*range, &view});
            const auto bad = std::find_if(forbidden.begin(), forbidden.end(),
                                          [&](const auto& f) { return f.first.overlaps(*range); });
            proof.expect("device pages are neither RAM nor the interrupt controller",
                         bad == forbidden.end(), "E627", part, [&] {
                             return cat("node '", view.node->name, "' has device pages ", *range,
                                        bad == forbidden.end() ? std::string{}
                                                               : cat(", which reach into ",
                                                                     bad->second, " ", bad->first));
                         });
        }
        if (view.record->console && view.record->console->type != MKL_CONSOLE_NONE) {
            const PhysAddr base{view.record->console->base};
            const bool own = std::any_of(pages.begin(), pages.end(), [&](const Page& p) {
                return p.view == &view && p.range.contains(base);
            });
            proof.expect("consoles are devices of their node", own, "E626", part, [&] {
                return cat("the console of node '", view.node->name, "' at ", base,
                           " is not in its device pages");
            });
        }
    }
    std::sort(pages.begin(), pages.end(),
              [](const Page& a, const Page& b) { return a.range < b.range; });
    for (size_t i = 0; i < pages.size(); i++) {
        const bool last = i + 1 == pages.size();
        const bool good = last || pages[i + 1].range.base() >= pages[i].range.end();
        proof.expect("every page of device registers has one owner", good, "E626",
                     pages[i].view->part("boot-record.bin"), [&] {
                         return last ? ""
                                     : cat("node '", pages[i].view->node->name, "' has ",
                                           pages[i].range, " and node '",
                                           pages[i + 1].view->node->name, "' has ",
                                           pages[i + 1].range);
                     });
    }
}

}  // namespace

void check_resources(const ImageView& image, Proof& proof) {
    check_cpus(image, proof);
    check_steward(image, proof);
    check_table_interrupts(image, proof);
    for (size_t i = 0; i < image.nodes.size(); i++)
        if (image.nodes[i].record) check_record_interrupts(image, i, proof);
    check_sgis(image, proof);
    check_devices(image, proof);
}

}  // namespace mkl::verify
