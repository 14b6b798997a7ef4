// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>
#include <cassert>

#include "edit.hpp"
#include "memory_node.hpp"
#include "mkl/emit/emit.hpp"
#include "mkl/hardware/hardware.hpp"
#include "mkl/hardware/references.hpp"
#include "mkl/support/text.hpp"
#include "selection.hpp"
#include "stubs.hpp"

namespace mkl {

namespace {

DtNode* child_of(DtNode& node, std::string_view name) {
    const auto it = std::find_if(node.children.begin(), node.children.end(),
                                 [&](const DtNode& n) { return n.name == name; });
    return it == node.children.end() ? nullptr : &*it;
}

constexpr uint64_t page = 4096, node_align = uint64_t{2} << 20;

/// The board's first memory node, or none.
size_t first_memory(const TreeView& base) {
    for (size_t i = 1; i < base.size(); i = base[i].end)
        if (base[i].node->text("device_type") == "memory") return i;
    return TreeView::none;
}

/// A property without some of its entries, each a run of cells.
Bytes without(const DtProperty& property, const std::vector<const Reference*>& cut) {
    Bytes out;
    const Cells cells{&property};
    size_t next = 0;
    for (const Reference* r : cut) {
        for (; next < r->first_cell; next++) append_cell(out, cells[next]);
        next = r->first_cell + r->cells;
    }
    for (; next < cells.size(); next++) append_cell(out, cells[next]);
    return out;
}

}  // namespace

DtNode memory_node(const std::vector<PhysRange>& ranges, uint32_t address_cells,
                   uint32_t size_cells) {
    const uint64_t most = size_cells >= 2 ? UINT64_MAX : uint64_t{0xfffff000};
    DtNode memory;
    Bytes reg;
    for (const PhysRange r : ranges)
        for (uint64_t at = r.base().value; at < r.end().value;) {
            const uint64_t size = std::min(most, r.end().value - at);
            append_cells(reg, at, address_cells);
            append_cells(reg, size, size_cells);
            at += size;
        }
    assert(!ranges.empty());
    memory.name = cat("memory@", hex(ranges.front().base()).substr(2));
    memory.properties.push_back({"device_type", text_value("memory")});
    memory.properties.push_back({"reg", std::move(reg)});
    return memory;
}

namespace {

class Emitter {
public:
    Emitter(const Plan& plan, size_t node, const System& system, const Hardware& hardware)
        : base_{hardware.tree}, mine_{plan.nodes.at(node)}, system_{system}, hardware_{hardware},
          selection_{select_nodes(base_, plan, node, hardware)}, stubs_{base_, selection_} {}

    DeviceTree run() {
        DeviceTree tree;
        tree.root = copy(0);
        place_memory(tree.root);
        reserve_files(tree.root);
        stubs_.append_nodes(tree.root);
        if (DtNode* chosen = child_of(tree.root, "chosen")) fix_chosen(*chosen);
        prune_paths(tree.root, "aliases", true);
        prune_paths(tree.root, "__symbols__", false);
        for (const PhysRange r : hardware_.tree.memreserve)
            for (const PhysRange own : mine_.memory)
                if (const PhysRange both = own.intersect(r); !both.empty())
                    tree.memreserve.push_back(both);
        tree.boot_cpuid_phys = boot_cpu(tree.root);
        return tree;
    }

private:
    /// As dtc fills it in: reg of the first child of /cpus where that is one cell.
    static uint32_t boot_cpu(DtNode& root) {
        const DtNode* cpus = child_of(root, "cpus");
        if (cpus == nullptr || cpus->children.empty()) return 0;
        const DtProperty* reg = cpus->children.front().property("reg");
        return reg != nullptr && reg->value.size() == 4 ? Cells{reg}[0] : 0;
    }

    DtNode copy(size_t index) {
        DtNode out;
        out.name = base_[index].node->name;
        out.properties = base_[index].node->properties;
        cut_references(index, out);
        stubs_.apply(index, out);
        set_status(index, out);
        if (selection_.passage[index]) open_passage(index, out);
        for (size_t i = index + 1; i < base_[index].end; i = base_[i].end) {
            if (i == first_memory_) memory_at_ = out.children.size();
            if (selection_.kept[i]) out.children.push_back(copy(i));
        }
        return out;
    }

    /// A bus that leads to devices of several nodes has registers in none of their trees. Where its
    /// `ranges` is empty, the windows that it leaves open are written out in its place: its own
    /// first, which the unit address names, then those of what is below it.
    void open_passage(size_t index, DtNode& out) const {
        const DtProperty* ranges = base_[index].node->property("ranges");
        const Cells reg{base_[index].node->property("reg")};
        const uint32_t outer = base_.address_cells(base_[index].parent);
        const uint32_t outer_size = base_.size_cells(base_[index].parent);
        const uint32_t inner = base_.address_cells(index), inner_size = base_.size_cells(index);
        remove(out, "reg");
        if (ranges == nullptr) return;
        if (!ranges->value.empty()) {
            keep_unit_address(index, out);
            return;
        }
        if (inner == 0 || inner > 2 || outer != inner || inner_size == 0 || inner_size > 2 ||
            outer_size == 0 || outer_size > 2 || reg.size() < outer + outer_size)
            return;
        const auto own = PhysRange::from_base_size(PhysAddr{reg.number(0, outer)},
                                                   reg.number(outer, outer_size));
        if (!own) return;
        std::vector<PhysRange> windows;
        add_windows_below(index, windows);
        windows = subtract(normalise(std::move(windows)), std::vector{*own});
        windows.insert(windows.begin(), *own);
        Bytes value;
        for (const PhysRange w : windows) {
            append_cells(value, w.base().value, inner);
            append_cells(value, w.base().value, outer);
            append_cells(value, w.size_bytes(), inner_size);
        }
        set(out, "ranges", std::move(value));
    }

    /// What is decoded below a bus whose addresses have one or two cells, in those: registers, and
    /// the windows of buses.
    void add_windows_below(size_t bus, std::vector<PhysRange>& out) const {
        const uint32_t cells = base_.address_cells(bus);
        const auto add = [&](Cells list, size_t before, uint32_t sizes) {
            const size_t row = before + cells + sizes;
            for (size_t k = 0; k + row <= list.size(); k += row) {
                const auto r = PhysRange::from_base_size(PhysAddr{list.number(k + before, cells)},
                                                         list.number(k + before + cells, sizes));
                if (r && !r->empty()) out.push_back(r->grown_to(page).value_or(*r));
            }
        };
        for (size_t i = bus + 1; i < base_[bus].end; i = base_[i].end) {
            const uint32_t sizes = base_.size_cells(bus), below_sizes = base_.size_cells(i);
            if (sizes <= 2) add(Cells{base_[i].node->property("reg")}, 0, sizes);
            const DtProperty* ranges = base_[i].node->property("ranges");
            if (ranges == nullptr || base_.address_cells(i) > 3 || below_sizes > 2) continue;
            if (!ranges->value.empty())
                add(Cells{ranges}, base_.address_cells(i), below_sizes);
            else if (base_.address_cells(i) == cells)
                add_windows_below(i, out);
        }
    }

    /// Without reg a bus is named by the first window of its ranges. Where that is another address,
    /// reg stays as an address of size 0: no registers, but the name is right.
    void keep_unit_address(size_t index, DtNode& out) const {
        const uint32_t inner = base_.address_cells(index);
        const uint32_t outer = base_.address_cells(base_[index].parent);
        const uint32_t size = base_.size_cells(base_[index].parent);
        const Cells reg{base_[index].node->property("reg")};
        const Cells ranges{base_[index].node->property("ranges")};
        if (outer == 0 || outer > 2 || reg.size() < outer || ranges.size() < inner + outer) return;
        const uint64_t named = reg.number(0, outer);
        if (ranges.number(inner, outer) == named || !out.name.ends_with("@" + hex(named).substr(2)))
            return;
        Bytes value;
        append_cells(value, reg.number(0, outer), outer);
        append_cells(value, 0, size);
        set(out, "reg", std::move(value));
    }

    void set_status(size_t index, DtNode& out) const {
        const size_t up = base_[index].parent;
        const bool above_on = up == TreeView::none || selection_.enabled[up];
        const bool is_cpu = std::any_of(hardware_.cpus.begin(), hardware_.cpus.end(),
                                        [&](auto& c) { return c.path == base_[index].path; });
        if (is_cpu) {
            remove(out, "status");  // a quiescent CPU that mkl starts is okay for its node
        } else if (!selection_.enabled[index] && above_on && status_okay(*base_[index].node)) {
            set(out, "status", text_value("disabled"));
        }
    }

    void cut_references(size_t index, DtNode& out) const {
        const std::vector<Reference> all = references(base_, index);
        for (const DtProperty& p : base_[index].node->properties) {
            std::vector<const Reference*> gone;
            bool left = false;
            for (const Reference& r : all) {
                if (r.property != &p) continue;
                const bool there = r.target == TreeView::none || selection_.kept[r.target];
                if (there) left = true;
                if (!there) gone.push_back(&r);
            }
            if (gone.empty()) continue;
            if (p.name == "interrupts-extended") {
                keep_positions(p, gone, out);
            } else if (p.name == "interrupt-affinity") {
                cut_affinity(index, gone, all, out);
            } else if (left && gone.front()->kind == ReferenceKind::link) {
                set(out, p.name, without(p, gone));
            } else {
                remove(out, p.name);
            }
        }
    }

    /// Context n of a PLIC is entry n: the entries of other CPUs stay, pointing to this CPU's
    /// controller with no interrupt (PLIC binding: 0xffffffff, context not present).
    void keep_positions(const DtProperty& p, const std::vector<const Reference*>& gone,
                        DtNode& out) const {
        const uint32_t own = own_intc();
        Bytes value;
        const Cells cells{&p};
        size_t next = 0;
        for (const Reference* r : gone) {
            for (; next < r->cell; next++) append_cell(value, cells[next]);
            append_cell(value, own);
            for (size_t i = 1; i < r->cells; i++) append_cell(value, UINT32_MAX);
            next = r->cell + r->cells;
        }
        for (; next < cells.size(); next++) append_cell(value, cells[next]);
        set(out, p.name, std::move(value));
    }
    uint32_t own_intc() const {
        for (const Cpu& cpu : hardware_.cpus) {
            const size_t at = base_.find(cpu.path);
            if (cpu.index != mine_.cpu_index || at == TreeView::none) continue;
            for (size_t i = at + 1; i < base_[at].end; i++)
                if (base_[i].node->property("interrupt-controller") != nullptr)
                    return base_[i].phandle;
        }
        return 0;
    }

    /// A PMU with one line per CPU: entry n of interrupt-affinity is the CPU of interrupt n.
    void cut_affinity(size_t index, const std::vector<const Reference*>& gone,
                      const std::vector<Reference>& all, DtNode& out) const {
        const DtNode& node = *base_[index].node;
        set(out, "interrupt-affinity", without(*gone.front()->property, gone));
        const DtProperty* lines = node.property("interrupts");
        const size_t parent = base_.interrupt_parent(index);
        if (lines == nullptr || parent == TreeView::none) return;
        const size_t width = base_.cells_of(parent, "#interrupt-cells", 0);
        const auto entries =
            static_cast<size_t>(std::count_if(all.begin(), all.end(), [&](const Reference& r) {
                return r.property == gone.front()->property;
            }));
        const Cells cells{lines};
        if (width == 0 || cells.size() != entries * width) return;  // not one line per CPU
        Bytes value;
        size_t entry = 0;
        for (const Reference& r : all) {
            if (r.property != gone.front()->property) continue;
            const bool keep = r.target == TreeView::none || selection_.kept[r.target];
            for (size_t i = 0; i < width && keep; i++) append_cell(value, cells[entry * width + i]);
            entry++;
        }
        set(out, "interrupts", std::move(value));
    }

    /// `files:`: memory that no kernel may take as its own.
    void reserve_files(DtNode& root) const {
        if (mine_.files.empty()) return;
        DtNode* reserved = child_of(root, "reserved-memory");
        if (reserved == nullptr) {
            reserved = &root.children.emplace_back(DtNode{"reserved-memory", {}, {}});
            for (const std::string_view cells : {"#address-cells", "#size-cells"})
                if (const DtProperty* p = root.property(cells)) reserved->properties.push_back(*p);
            reserved->properties.push_back({"ranges", {}});
        }
        const uint32_t address_cells = reserved->cell("#address-cells").value_or(2);
        const uint32_t size_cells = reserved->cell("#size-cells").value_or(1);
        for (const PlanFile& f : mine_.files) {
            DtNode node{
                cat(system_.files[f.file].name.value, "@", hex(f.range.base()).substr(2)), {}, {}};
            DtProperty reg{"reg", {}};
            append_cells(reg.value, f.range.base().value, address_cells);
            append_cells(reg.value, f.range.size_bytes(), size_cells);
            node.properties = {
                {"compatible", text_value("mkl,file")},
                std::move(reg), {"no-map",     {}                    }
            };
            reserved->children.push_back(std::move(node));
        }
    }

    void place_memory(DtNode& root) const {
        const uint32_t address_cells = base_.address_cells(0), size_cells = base_.size_cells(0);
        std::vector<PhysRange> ranges = mine_.memory;
        DtNode memory = memory_node(ranges, address_cells, size_cells);
        const std::string unit = memory.name.substr(memory.name.find('@'));
        const bool taken = std::any_of(root.children.begin(), root.children.end(),
                                       [&](const DtNode& n) { return n.name.ends_with(unit); });
        const bool unnamed = first_memory_ != TreeView::none &&
                             base_[first_memory_].node->name.find('@') == std::string::npos;
        if (taken && unnamed) {
            memory.name = "memory";  // as the board has it
        } else if (taken) {
            // A bus of the same unit address stands beside it: another range comes first.
            const PhysRange first = ranges.front();
            const uint64_t cut = std::min(first.size_bytes(), node_align);
            ranges.front() = PhysRange::between(PhysAddr{first.base().value + cut}, first.end());
            ranges.push_back(PhysRange::between(first.base(), PhysAddr{first.base().value + cut}));
            std::erase_if(ranges, [](PhysRange r) { return r.empty(); });
            memory = memory_node(ranges, address_cells, size_cells);
        }
        root.children.insert(root.children.begin() +
                                 static_cast<ptrdiff_t>(std::min(memory_at_, root.children.size())),
                             std::move(memory));
    }

    /// Only what describes this node stays: cells, and its own console.
    void fix_chosen(DtNode& chosen) const {
        const auto base_out = chosen.text("stdout-path");
        std::erase_if(chosen.properties, [](const DtProperty& p) {
            return p.name != "#address-cells" && p.name != "#size-cells" && p.name != "ranges" &&
                   p.name != "phandle";
        });
        if (!hardware_.stdout_path.empty() && base_out &&
            (!mine_.console || *mine_.console == hardware_.stdout_path) &&
            owns(hardware_.stdout_path)) {
            chosen.properties.push_back({"stdout-path", text_value(*base_out)});
        } else if (mine_.console) {
            chosen.properties.push_back({"stdout-path", text_value(*mine_.console)});
        }
    }

    bool owns(std::string_view path) const {
        const size_t at = base_.find(path);
        return at != TreeView::none && claimed_nodes(base_, mine_)[at];
    }

    /// Names of paths that are not there, or not enabled, go.
    void prune_paths(DtNode& root, std::string_view table, bool enabled_only) const {
        DtNode* node = child_of(root, table);
        if (node == nullptr) return;
        std::erase_if(node->properties, [&](const DtProperty& p) {
            if (p.name == "phandle") return false;
            const std::string_view text = as_text(p.value);
            const std::string_view path = text.substr(0, text.find('\0'));
            const size_t at = base_.find(path);
            if (at == TreeView::none) return true;
            return !selection_.kept[at] || (enabled_only && !selection_.enabled[at]);
        });
    }

    const TreeView base_;
    const PlanNode& mine_;
    const System& system_;
    const Hardware& hardware_;
    const Selection selection_;
    Stubs stubs_;
    const size_t first_memory_ = first_memory(base_);
    size_t memory_at_ = SIZE_MAX;  ///< place among the root's children
};

}  // namespace

DeviceTree node_tree(const Plan& plan, size_t node, const System& system,
                     const Hardware& hardware) {
    return Emitter{plan, node, system, hardware}.run();
}

void add_boot_record(DeviceTree& tree, std::span<const std::byte> record) {
    DtNode* chosen = child_of(tree.root, "chosen");
    if (chosen == nullptr) chosen = &tree.root.children.emplace_back(DtNode{"chosen", {}, {}});
    set(*chosen, "mkl,boot-record", Bytes{record.begin(), record.end()});
}

}  // namespace mkl
