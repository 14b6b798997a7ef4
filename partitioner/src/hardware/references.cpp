// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/hardware/references.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace mkl {

namespace {

enum class Match { exact, suffix, numbered };

/// One kind of property. An entry is `before` cells, a phandle, the number of cells that the
/// target's `cells` property says (`fixed` where that is empty), `after` cells.
struct PropertyShape {
    std::string_view name;
    ReferenceKind kind;
    std::string_view cells;
    Match match = Match::exact;
    uint32_t fixed = 0;
    uint32_t before = 0, after = 0;
    bool cells_may_be_absent = false;  ///< then `fixed`
};

constexpr auto provider = ReferenceKind::provider;
constexpr auto irq = ReferenceKind::interrupt;
constexpr auto memory = ReferenceKind::memory;
constexpr auto link = ReferenceKind::link;

/// Phandles, each followed by as many cells as its target's `cells` says.
constexpr PropertyShape counted(std::string_view name, ReferenceKind kind, std::string_view cells) {
    return {name, kind, cells};
}
constexpr PropertyShape counted_or_none(std::string_view name, ReferenceKind kind,
                                        std::string_view cells) {
    return {.name = name, .kind = kind, .cells = cells, .cells_may_be_absent = true};
}
/// Phandles, each followed by `fixed` cells.
constexpr PropertyShape phandles(std::string_view name, ReferenceKind kind, uint32_t fixed = 0) {
    return {.name = name, .kind = kind, .cells = {}, .fixed = fixed};
}
/// Rows: an id, a phandle, where the ids begin there, how many.
constexpr PropertyShape id_map(std::string_view name, ReferenceKind kind) {
    return {.name = name, .kind = kind, .cells = {}, .before = 1, .after = 2};
}
/// Of every property whose name ends so, or is this and a number.
constexpr PropertyShape suffix(PropertyShape shape) {
    shape.match = Match::suffix;
    return shape;
}
constexpr PropertyShape numbered(PropertyShape shape) {
    shape.match = Match::numbered;
    return shape;
}

// Devicetree Specification v0.4 and the binding documents of the named subsystems.
constexpr auto shapes = std::to_array<PropertyShape>({
    counted("clocks", provider, "#clock-cells"),
    counted("assigned-clocks", provider, "#clock-cells"),
    counted("assigned-clock-parents", provider, "#clock-cells"),
    counted("resets", provider, "#reset-cells"),
    counted("power-domains", provider, "#power-domain-cells"),
    counted("dmas", provider, "#dma-cells"),
    counted("phys", provider, "#phy-cells"),
    counted("mboxes", provider, "#mbox-cells"),
    counted("iommus", provider, "#iommu-cells"),
    counted("interconnects", provider, "#interconnect-cells"),
    counted("pwms", provider, "#pwm-cells"),
    counted("io-channels", provider, "#io-channel-cells"),
    counted("hwlocks", provider, "#hwlock-cells"),
    counted("thermal-sensors", provider, "#thermal-sensor-cells"),
    counted_or_none("nvmem-cells", provider, "#nvmem-cell-cells"),
    counted("mux-controls", provider, "#mux-control-cells"),
    counted("sound-dai", provider, "#sound-dai-cells"),
    counted("cooling-device", link, "#cooling-cells"),
    counted_or_none("msi-parent", irq, "#msi-cells"),
    id_map("msi-map", irq),
    id_map("iommu-map", provider),
    phandles("interrupt-parent", irq),
    counted("gpios", provider, "#gpio-cells"),
    counted("gpio", provider, "#gpio-cells"),
    suffix(counted("-gpios", provider, "#gpio-cells")),
    suffix(counted("-gpio", provider, "#gpio-cells")),
    phandles("gpio-ranges", link, 3),
    numbered(phandles("pinctrl-", provider)),
    suffix(phandles("-supply", provider)),
    phandles("memory-region", memory),
    phandles("shmem", provider),
    phandles("sram", provider),
    phandles("syscon", provider),
    phandles("mmc-pwrseq", provider),
    phandles("dma-channel", provider),
    phandles("interrupt-affinity", link),
    phandles("affinity", link),
    phandles("cpu", link),
    phandles("cpus", link),
    phandles("cpu-idle-states", link),
    phandles("domain-idle-states", link),
    phandles("next-level-cache", link),
    phandles("operating-points-v2", link),
    phandles("remote-endpoint", link),
    phandles("phy-handle", link),
    phandles("trip", link),
});

bool all_digits(std::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// The shape of a property by its name, or nullptr.
const PropertyShape* find_shape(std::string_view name) {
    static const auto exact_names = [] {
        std::unordered_map<std::string_view, const PropertyShape*> out;
        for (const PropertyShape& s : shapes)
            if (s.match == Match::exact) out.emplace(s.name, &s);
        return out;
    }();
    if (const auto it = exact_names.find(name); it != exact_names.end()) return it->second;
    for (const PropertyShape& s : shapes) {
        const bool longer = name.size() > s.name.size();
        if (s.match == Match::numbered && name.starts_with(s.name) &&
            all_digits(name.substr(s.name.size())))
            return &s;
        // "snps,nr-gpios" and its like are counts.
        if (s.match == Match::suffix && longer && name.ends_with(s.name) &&
            !name.ends_with("nr-gpios"))
            return &s;
    }
    return nullptr;
}

class Collector {
public:
    Collector(const TreeView& tree, size_t index) : tree_{tree}, index_{index} {}

    std::vector<Reference> run() {
        for (const DtProperty& p : tree_[index_].node->properties) {
            if (p.name == "interrupts-extended") {
                entries(p, counted(p.name, irq, "#interrupt-cells"));
            } else if (p.name == "interrupt-map") {
                interrupt_map(p);
            } else if (const auto* shape = shape_of(p)) {
                entries(p, *shape);
            }
        }
        return std::move(out_);
    }

private:
    static const PropertyShape* shape_of(const DtProperty& p) {
        if (p.value.empty() || p.value.size() % 4 != 0) return nullptr;
        return find_shape(p.name);
    }

    /// Number of cells behind the phandle, or nullopt with a reason.
    std::optional<uint32_t> arguments(const PropertyShape& shape, size_t target,
                                      std::string_view& why) const {
        if (shape.cells.empty()) return shape.fixed;
        if (const auto n = tree_[target].node->cell(shape.cells)) return n;
        if (shape.cells_may_be_absent) return shape.fixed;
        why = "its target does not say how many cells follow";
        return std::nullopt;
    }

    void entries(const DtProperty& p, const PropertyShape& shape) {
        const Cells cells{&p};
        size_t i = 0;
        while (i < cells.size()) {
            Reference r{&p, shape.kind, i, i + shape.before, 0, 0};
            if (r.cell >= cells.size()) return broken(r, "the property ends inside an entry");
            r.phandle = cells[r.cell];
            // 0 and ffffffff: a hole in a list (cs-gpios, clocks), no arguments follow.
            if (r.phandle == 0 || r.phandle == UINT32_MAX) {
                i = r.cell + 1 + shape.after;
                continue;
            }
            r.target = tree_.by_phandle(r.phandle);
            if (r.target == TreeView::none) return broken(r, "its phandle names no node");
            std::string_view why;
            const auto n = arguments(shape, r.target, why);
            if (!n) return broken(r, why);
            r.cells = shape.before + 1 + *n + shape.after;
            if (*n > cells.size() || r.cells > cells.size() - i)
                return broken(r, "the property ends inside an entry");
            i += r.cells;
            out_.push_back(r);
        }
    }

    /// Spec 2.4.3.1: child unit address, child specifier, parent, parent unit address (the
    /// parent's own #address-cells, 0 if it has none), parent specifier.
    void interrupt_map(const DtProperty& p) {
        const Cells cells{&p};
        const uint32_t before =
            tree_.address_cells(index_) + tree_.cells_of(index_, "#interrupt-cells", 1);
        size_t i = 0;
        while (i < cells.size()) {
            Reference r{&p, irq, i, i + before, 0, 0};
            if (before > cells.size() || r.cell >= cells.size())
                return broken(r, "the property ends inside a row");
            r.phandle = cells[r.cell];
            r.target = tree_.by_phandle(r.phandle);
            if (r.target == TreeView::none) return broken(r, "its phandle names no node");
            const auto specifier = tree_[r.target].node->cell("#interrupt-cells");
            if (!specifier) return broken(r, "its parent does not say #interrupt-cells");
            const uint32_t unit = tree_.cells_of(r.target, "#address-cells", 0);
            if (unit > cells.size() || *specifier > cells.size() ||
                before + 1 + unit + *specifier > cells.size() - i)
                return broken(r, "the property ends inside a row");
            r.cells = before + 1 + unit + *specifier;
            i += r.cells;
            out_.push_back(r);
        }
    }

    /// An entry that cannot be read takes the rest of its property, and no more.
    void broken(Reference r, std::string_view why) {
        r.cells = Cells{r.property}.size() - r.first_cell;
        r.complete = false;
        r.broken = why;
        out_.push_back(r);
    }

    const TreeView& tree_;
    size_t index_;
    std::vector<Reference> out_;
};

}  // namespace

std::vector<Reference> references(const TreeView& tree, size_t index) {
    return Collector{tree, index}.run();
}

}  // namespace mkl
