// SPDX-License-Identifier: BSD-2-Clause
#include "decoy.hpp"

#include <algorithm>
#include <vector>

#include "dts_printer.hpp"
#include "mkl/support/text.hpp"

namespace mkl {

namespace {

/// The interrupt controller of `tree` whose distributor stands where the board's does; none if the
/// tree is of another board. In the board's own tree that is the controller itself.
size_t same_controller(const TreeView& tree, const Hardware& hardware) {
    for (size_t i = 0; i < tree.size(); i++) {
        if (tree[i].node->property("interrupt-controller") == nullptr) continue;
        const auto registers = tree.registers(i);
        if (!registers.empty() && registers[0].base() == hardware.controller.distributor.base())
            return i;
    }
    return TreeView::none;
}

/// One row of `ranges`.
struct Window {
    uint64_t child, parent, size;
};

/// How addresses below a bus become those above it. No number of more than two cells is needed
/// where a distributor stands: three are PCI's.
class Bus {
public:
    Bus(const TreeView& tree, size_t index)
        : ranges_{tree[index].node->property("ranges")}, inner_{tree.address_cells(index)},
          outer_{tree.address_cells(tree[index].parent)}, length_{tree.size_cells(index)} {}

    bool plain() const {
        const auto number = [](uint32_t cells) { return cells == 1 || cells == 2; };
        return ranges_ != nullptr && number(inner_) && number(outer_) && number(length_);
    }

    /// The address below that reaches `range` above, through a window that is there or else one
    /// that is added to `added`: at the same address if nothing is there, else behind the others.
    /// Precondition: plain().
    std::optional<uint64_t> down(PhysRange range, std::optional<DtProperty>& added) const {
        const uint64_t base = range.base().value, size = range.size_bytes();
        if (ranges_->value.empty()) return base;
        const std::vector<Window> windows = rows();
        for (const Window& w : windows)
            if (base >= w.parent && base - w.parent < w.size && size <= w.size - (base - w.parent))
                return w.child + (base - w.parent);
        std::vector<uint64_t> candidates{base};
        for (const Window& w : windows)
            candidates.push_back((w.child + w.size + size - 1) / size * size);
        std::sort(candidates.begin() + 1, candidates.end());
        const uint64_t last = inner_ == 1 ? UINT32_MAX : UINT64_MAX;
        for (const uint64_t at : candidates) {
            const bool fits = at <= last - (size - 1);
            const bool clear = std::none_of(windows.begin(), windows.end(), [&](const Window& w) {
                return at < w.child + w.size && w.child < at + size;
            });
            if (!fits || !clear) continue;
            added = *ranges_;
            append_cells(added->value, at, inner_);
            append_cells(added->value, base, outer_);
            append_cells(added->value, size, length_);
            return at;
        }
        return std::nullopt;
    }

private:
    std::vector<Window> rows() const {
        std::vector<Window> out;
        const Cells cells{ranges_};
        for (size_t i = 0; i + inner_ + outer_ + length_ <= cells.size();
             i += inner_ + outer_ + length_)
            out.push_back({cells.number(i, inner_), cells.number(i + inner_, outer_),
                           cells.number(i + inner_ + outer_, length_)});
        return out;
    }

    const DtProperty* ranges_;
    uint32_t inner_, outer_, length_;
};

std::string block(const std::string& path, const DtProperty& property) {
    return cat("\n&{", path, "} {\n\t", dts_property(property), "\n};\n");
}

}  // namespace

std::optional<PhysRange> decoy(const Plan& plan, size_t node) {
    for (const PlanReserved& r : plan.reserved)
        if (r.what == "decoy" && r.node == node) return r.range;
    return std::nullopt;
}

std::string decoy_block(const Plan& plan, size_t node, const TreeView& tree,
                        const Hardware& hardware) {
    const auto range = decoy(plan, node);
    const size_t controller = same_controller(tree, hardware);
    if (!range || controller == TreeView::none) return "";
    const size_t parent = tree[controller].parent;
    std::vector<size_t> buses;  // from the controller up, the root left out
    for (size_t bus = parent; tree[bus].parent != TreeView::none; bus = tree[bus].parent)
        buses.push_back(bus);
    std::string out;
    uint64_t base = range->base().value;
    for (auto index = buses.rbegin(); index != buses.rend(); ++index) {
        const Bus bus{tree, *index};
        const auto above = PhysRange::from_base_size(PhysAddr{base}, range->size_bytes());
        if (!above || !bus.plain()) return "";
        std::optional<DtProperty> wider;
        const auto below = bus.down(*above, wider);
        if (!below) return "";
        if (wider) out += block(tree[*index].path, *wider);
        base = *below;
    }
    const uint32_t ac = tree.address_cells(parent), sc = tree.size_cells(parent);
    if (ac == 1 && base > UINT32_MAX) return "";
    const Cells old{tree[controller].node->property("reg")};
    DtProperty reg{"reg", {}};
    append_cells(reg.value, base, ac);
    append_cells(reg.value, range->size_bytes(), sc);
    for (size_t i = ac + sc; i < old.size(); i++) append_cell(reg.value, old[i]);
    return cat("\n/* The loader alone programs the distributor: this kernel gets a decoy. */", out,
               block(tree[controller].path, reg));
}

}  // namespace mkl
