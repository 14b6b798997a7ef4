// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/hardware/interrupts.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "mkl/hardware/references.hpp"

namespace mkl {

namespace {
// Arm GIC binding, cell 0 and 1: kind, number within the kind; cell 2 bits 3:0: trigger.
constexpr uint32_t gic_spi = 0, gic_ppi = 1, gic_extended_spi = 2, gic_extended_ppi = 3;
constexpr uint32_t first_spi = 32, first_ppi = 16;  // GICv3 specification 2.2.1
constexpr uint32_t first_extended_spi = 4096, first_extended_ppi = 1056;
constexpr uint32_t trigger_edges = 0x3;  // IRQ_TYPE_EDGE_RISING | IRQ_TYPE_EDGE_FALLING
constexpr int max_nexus_depth = 8;       // a map that leads back to itself ends here

/// Wake-up and polarity controllers in front of a GIC: their specifier is the GIC's own, and each
/// line goes through to the GIC line of the same number (the bindings of each).
bool is_transparent(const DtNode& node) {
    constexpr auto known = std::to_array<std::string_view>(
        {"fsl,imx6q-gpc", "fsl,imx7d-gpc", "fsl,imx8mq-gpc", "nvidia,tegra20-ictlr",
         "nvidia,tegra30-ictlr", "nvidia,tegra210-ictlr", "mediatek,mt6577-sysirq"});
    for (const std::string& c : node.texts("compatible"))
        if (std::find(known.begin(), known.end(), c) != known.end()) return true;
    return false;
}

Trigger trigger_of(uint32_t flags) {
    return (flags & trigger_edges) != 0 ? Trigger::edge : Trigger::level;
}
}  // namespace

InterruptResolver::Line InterruptResolver::decode(Cells specifier) const {
    if (type_ == InterruptControllerType::plic) {
        if (specifier.size() == 0) return {};
        const uint32_t flags = specifier.size() > 1 ? specifier[1] : 0;
        return {
            Irq{specifier[0], trigger_of(flags)},
            false
        };
    }
    if (specifier.size() < 3) return {};
    const uint32_t number = specifier[1];
    const Trigger trigger = trigger_of(specifier[2]);
    constexpr uint32_t limit = 0x10000;  // beyond any GIC: keeps the sum from wrapping
    if (number >= limit) return {};
    switch (specifier[0]) {
    case gic_spi:
        return {
            Irq{first_spi + number, trigger},
            false
        };
    case gic_ppi:
        return {
            Irq{first_ppi + number, trigger},
            true
        };
    case gic_extended_spi:
        return {
            Irq{first_extended_spi + number, trigger},
            false
        };
    case gic_extended_ppi:
        return {
            Irq{first_extended_ppi + number, trigger},
            true
        };
    default:
        return {};
    }
}

InterruptResolver::Line InterruptResolver::resolve(size_t device, size_t controller,
                                                   Cells specifier, int depth) const {
    if (controller == TreeView::none) return {};
    if (controller == root_) return decode(specifier);
    const DtNode& node = *tree_[controller].node;
    if (node.property("interrupt-map") != nullptr && depth < max_nexus_depth)
        return through_map(controller, device, specifier, depth);
    if (is_transparent(node) && depth < max_nexus_depth) {
        const size_t parent = tree_.interrupt_parent(controller);
        if (parent != TreeView::none) return resolve(controller, parent, specifier, depth + 1);
    }
    // The interrupt controller inside a RISC-V CPU: its lines belong to that CPU.
    const size_t above = tree_[controller].parent;
    const bool in_cpu = above != TreeView::none && tree_[above].path.starts_with("/cpus/");
    return {std::nullopt, in_cpu};
}

/// Spec 2.4.3: unit address and specifier, masked, are looked up in the map.
InterruptResolver::Line InterruptResolver::through_map(size_t nexus, size_t device, Cells specifier,
                                                       int depth) const {
    const uint32_t unit = tree_.address_cells(nexus);
    const Cells mask{tree_[nexus].node->property("interrupt-map-mask")};
    const Cells reg{tree_[device].node->property("reg")};
    const auto key_cell = [&](size_t i) -> uint32_t {
        const uint32_t m = i < mask.size() ? mask[i] : UINT32_MAX;
        if (i < unit) return i < reg.size() ? reg[i] & m : 0;
        return i - unit < specifier.size() ? specifier[i - unit] & m : 0;
    };
    for (const Reference& row : references(tree_, nexus)) {
        if (row.property->name != "interrupt-map" || !row.complete) continue;
        const Cells cells{row.property};
        const size_t key = row.cell - row.first_cell;
        bool equal = true;
        for (size_t i = 0; i < key && equal; i++) equal = cells[row.first_cell + i] == key_cell(i);
        if (!equal) continue;
        const size_t count = tree_.cells_of(row.target, "#interrupt-cells", 0);
        return resolve(nexus, row.target, cells.part(row.first_cell + row.cells - count, count),
                       depth + 1);
    }
    return {};
}

std::vector<ResolvedInterrupt> InterruptResolver::interrupts(size_t index, bool& broken) const {
    std::vector<ResolvedInterrupt> out;
    const DtNode& node = *tree_[index].node;
    if (const DtProperty* extended = node.property("interrupts-extended")) {
        const Cells cells{extended};
        for (const Reference& r : references(tree_, index)) {
            if (r.property != extended) continue;
            if (!r.complete) {
                broken = true;
                break;
            }
            const Line line = resolve(index, r.target, cells.part(r.cell + 1, r.cells - 1), 0);
            out.push_back({r.target, line.irq, line.per_cpu, r.first_cell, r.cells});
        }
        return out;
    }
    const DtProperty* plain = node.property("interrupts");
    if (plain == nullptr || plain->value.empty()) return out;
    size_t parent = tree_.interrupt_parent(index);
    // The root controller's own interrupt (GIC maintenance) is one of its lines.
    if (parent == TreeView::none && index == root_) parent = root_;
    const uint32_t width =
        parent == TreeView::none ? 0 : tree_.cells_of(parent, "#interrupt-cells", 0);
    const Cells cells{plain};
    if (width == 0 || cells.size() % width != 0 || plain->value.size() % 4 != 0) {
        broken = true;
        if (width == 0) return out;
    }
    for (size_t i = 0; i + width <= cells.size(); i += width) {
        const Line line = resolve(index, parent, cells.part(i, width), 0);
        out.push_back({parent, line.irq, line.per_cpu, i, width});
    }
    return out;
}

std::vector<ResolvedInterrupt> InterruptResolver::map_rows(size_t index) const {
    std::vector<ResolvedInterrupt> out;
    if (tree_[index].node->property("interrupt-map") == nullptr) return out;
    for (const Reference& row : references(tree_, index)) {
        if (row.property->name != "interrupt-map" || !row.complete) continue;
        const size_t count = tree_.cells_of(row.target, "#interrupt-cells", 0);
        const Cells cells{row.property};
        const Line line =
            resolve(index, row.target, cells.part(row.first_cell + row.cells - count, count), 1);
        out.push_back({row.target, line.irq, line.per_cpu, row.first_cell, row.cells});
    }
    return out;
}

}  // namespace mkl
