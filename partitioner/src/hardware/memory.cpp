// SPDX-License-Identifier: BSD-2-Clause
#include "extract.hpp"
#include "mkl/support/join.hpp"
#include "mkl/support/text.hpp"

namespace mkl {

namespace {

struct RawRange {
    uint64_t base, size;
};

/// (base, size) pairs of a property as the parent's cells cut it.
std::vector<RawRange> pairs(const TreeView& tree, size_t index) {
    std::vector<RawRange> out;
    const size_t parent = tree[index].parent;
    const uint32_t ac = tree.address_cells(parent), sc = tree.size_cells(parent);
    const Cells reg{tree[index].node->property("reg")};
    if (ac == 0 || ac > 2 || sc == 0 || sc > 2) return out;
    for (size_t i = 0; i + ac + sc <= reg.size(); i += ac + sc)
        out.push_back({reg.number(i, ac), reg.number(i + ac, sc)});
    return out;
}

/// RAM of the memory nodes. `empty_nodes`: those that firmware is to fill in.
void read_nodes(const Extraction& x, std::vector<size_t>& empty_nodes) {
    for (size_t i = 1; i < x.tree.size(); i = x.tree[i].end) {
        const DtNode& node = *x.tree[i].node;
        if (node.text("device_type") != "memory" || !x.tree[i].enabled) continue;
        bool any = false;
        for (const RawRange r : pairs(x.tree, i)) {
            const auto range = PhysRange::from_base_size(PhysAddr{r.base}, r.size);
            if (!range) {
                x.sink.report({"E422",
                               x.at(i),
                               cat("RAM ", hex(r.base), " + ", hex(r.size), " ends beyond 64 bits"),
                               {},
                               "correct the reg of this node"});
                continue;
            }
            if (range->empty()) continue;
            any = true;
            x.hardware.ram.push_back({*range, x.tree[i].path});
        }
        if (!any) empty_nodes.push_back(i);
    }
    for (size_t i = 0; i < x.hardware.ram.size(); i++) {
        for (size_t j = 0; j < i; j++) {
            const RamRange &a = x.hardware.ram[j], &b = x.hardware.ram[i];
            if (a.range.overlaps(b.range))
                x.sink.report(
                    {"W423",
                     x.at(x.tree.find(b.path)),
                     cat("RAM ", b.range, " of ", b.path, " overlaps ", a.range, " of ", a.path),
                     {{x.at(x.tree.find(a.path)), "the other one"}},
                     "the bytes are counted once; correct the tree"});
        }
    }
}

void report_no_ram(const Extraction& x, const std::vector<size_t>& empty_nodes) {
    Diagnostic d{"E420", x.hardware.source, {}, {}, {}};
    uint64_t base = 0x80000000;
    if (empty_nodes.empty()) {
        d.message = "the tree has no memory node: its firmware adds one at boot";
    } else {
        const size_t i = empty_nodes.front();
        d.where = x.at(i);
        const auto raw = pairs(x.tree, i);
        if (!raw.empty()) base = raw.front().base;
        d.message = cat(x.tree[i].path, " says no RAM (size 0): its firmware fills it in at boot");
    }
    d.notes.push_back({x.board.where, "mkl needs the board's RAM here"});
    d.hint = cat("say it under `board:`, for 2 GiB: memory: [{base: ", hex(base),
                 ", size: 2G}]; or use the tree that firmware passes on (U-Boot: fdt print "
                 "/memory, Linux: /sys/firmware/fdt)");
    x.sink.report(std::move(d));
}

/// `board.memory` stands in for a missing memory node and must agree with a complete one.
void apply_board_memory(const Extraction& x) {
    std::vector<PhysRange> stated, said;
    for (const MemoryRange& m : x.board.memory) {
        const auto range = PhysRange::from_base_size(PhysAddr{m.base.value}, m.size.value);
        if (!range || range->empty()) {
            x.sink.report({"E422",
                           m.base.where,
                           cat("RAM ", hex(m.base.value), " + ", hex(m.size.value),
                               range ? " is empty" : " ends beyond 64 bits"),
                           {},
                           "give a base and a size within 64 bits"});
            continue;
        }
        stated.push_back(*range);
    }
    if (x.hardware.ram.empty()) {
        for (const PhysRange r : stated) x.hardware.ram.push_back({r, ""});
        return;
    }
    for (const RamRange& r : x.hardware.ram) said.push_back(r.range);
    const auto a = normalise(stated), b = normalise(said);
    if (a == b || stated.empty()) return;
    x.sink.report({"E421",
                   x.board.memory.front().base.where,
                   cat("board.memory says ", join_or("nothing", a), ", the tree says ",
                       join_or("nothing", b)),
                   {{x.at(x.tree.find(x.hardware.ram.front().path)), "RAM in the tree"}},
                   "delete board.memory, or correct the one that is wrong"});
}

void read_reserved(const Extraction& x) {
    for (const PhysRange r : x.hardware.tree.memreserve)
        x.hardware.reserved.push_back({r, "/memreserve/", false, x.hardware.source});
    const size_t parent = x.tree.find("/reserved-memory");
    if (parent != TreeView::none) {
        for (size_t i = parent + 1; i < x.tree[parent].end; i = x.tree[i].end) {
            const DtNode& node = *x.tree[i].node;
            if (!x.tree[i].enabled) continue;
            for (const RawRange r : pairs(x.tree, i)) {
                const auto range = PhysRange::from_base_size(PhysAddr{r.base}, r.size);
                if (!range) {
                    x.sink.report({"E422",
                                   x.at(i),
                                   cat("reserved memory ", hex(r.base), " + ", hex(r.size),
                                       " ends beyond 64 bits"),
                                   {},
                                   "correct the reg of this node"});
                } else if (!range->empty()) {
                    x.hardware.reserved.push_back(
                        {*range, x.tree[i].path, node.property("no-map") != nullptr, x.at(i)});
                }
            }
        }
    }
    for (const ReserveRequest& r : x.board.reserve) {
        const auto range = PhysRange::from_base_size(PhysAddr{r.base.value}, r.size.value);
        if (!range || range->empty()) {
            x.sink.report({"E422",
                           r.base.where,
                           cat("reservation ", hex(r.base.value), " + ", hex(r.size.value),
                               range ? " is empty" : " ends beyond 64 bits"),
                           {},
                           "give a base and a size within 64 bits"});
            continue;
        }
        x.hardware.reserved.push_back(
            {*range, r.why.empty() ? "board.reserve" : cat("board.reserve: ", r.why), true,
             r.base.where});
    }
}

}  // namespace

void extract_memory(const Extraction& x) {
    std::vector<size_t> empty_nodes;
    read_nodes(x, empty_nodes);
    apply_board_memory(x);
    if (x.hardware.ram.empty() && x.board.memory.empty()) report_no_ram(x, empty_nodes);
    read_reserved(x);
}

}  // namespace mkl
