// SPDX-License-Identifier: BSD-2-Clause
#include "stubs.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "edit.hpp"
#include "mkl/support/text.hpp"

namespace mkl {

namespace {

/// Properties that mean nothing without the first one.
struct Companions {
    std::string_view property;
    std::array<std::string_view, 2> with;
};
constexpr auto companions = std::to_array<Companions>({
    {"resets",                 {"reset-names", ""}                               },
    {"power-domains",          {"power-domain-names", ""}                        },
    {"dmas",                   {"dma-names", ""}                                 },
    {"phys",                   {"phy-names", ""}                                 },
    {"mboxes",                 {"mbox-names", ""}                                },
    {"interconnects",          {"interconnect-names", ""}                        },
    {"pwms",                   {"pwm-names", ""}                                 },
    {"io-channels",            {"io-channel-names", ""}                          },
    {"nvmem-cells",            {"nvmem-cell-names", ""}                          },
    {"mux-controls",           {"mux-control-names", ""}                         },
    {"assigned-clocks",        {"assigned-clock-parents", "assigned-clock-rates"}},
    {"assigned-clock-parents", {"assigned-clocks", "assigned-clock-rates"}       },
});

bool is_pin_state(std::string_view name) {
    return name.starts_with("pinctrl-") && name != "pinctrl-names";
}

/// Phandles that the tree has, or that one of its properties names although no node has it.
std::set<uint32_t> used_phandles(const TreeView& tree) {
    std::set<uint32_t> used{0, UINT32_MAX};
    for (size_t i = 0; i < tree.size(); i++) {
        used.insert(tree[i].phandle);
        for (const Reference& r : references(tree, i)) used.insert(r.phandle);
    }
    return used;
}

std::vector<uint32_t> specifier_of(const Reference& r) {
    const Cells cells{r.property};
    std::vector<uint32_t> out;
    for (size_t i = 0; i < r.cells; i++) out.push_back(cells[r.first_cell + i]);
    return out;
}

/// assigned-clock-rates, entry by entry, of every node: what firmware or a kernel would set.
std::map<std::vector<uint32_t>, uint32_t> assigned_rates(const TreeView& tree) {
    std::map<std::vector<uint32_t>, uint32_t> out;
    for (size_t i = 0; i < tree.size(); i++) {
        const Cells rates{tree[i].node->property("assigned-clock-rates")};
        if (rates.size() == 0) continue;
        size_t entry = 0;
        for (const Reference& r : references(tree, i)) {
            if (r.property->name != "assigned-clocks" || !r.complete) continue;
            if (entry < rates.size() && rates[entry] != 0)
                out.emplace(specifier_of(r), rates[entry]);
            entry++;
        }
    }
    return out;
}

}  // namespace

Stubs::Stubs(const TreeView& base, const Selection& selection)
    : base_{base}, selection_{selection} {}

bool Stubs::is_off(const Reference& r) const {
    return r.kind == ReferenceKind::provider && r.target != TreeView::none &&
           selection_.kept[r.target] && !selection_.enabled[r.target];
}

uint32_t Stubs::phandle_for(const Specifier& specifier, uint32_t rate_if_unknown) {
    if (const auto found = phandles_.find(specifier); found != phandles_.end())
        return found->second;
    if (!rates_) rates_ = assigned_rates(base_);
    if (used_.empty()) used_ = used_phandles(base_);
    // Above all that are there, for as long as that can be: easy to tell in a dump.
    const uint32_t highest = *std::prev(used_.end(), 2);
    uint32_t phandle = highest < UINT32_MAX - 1 ? highest + 1 : 1;
    while (used_.count(phandle) != 0) phandle++;
    used_.insert(phandle);
    const auto rate = rates_->find(specifier);
    clocks_.push_back({phandle, rate == rates_->end() ? rate_if_unknown : rate->second});
    phandles_.emplace(specifier, phandle);
    return phandle;
}

/// `clocks` with each entry of an absent provider replaced by a fixed clock, positions kept.
Bytes Stubs::stubbed_clocks(size_t index, const DtProperty& clocks) {
    Bytes out;
    const Cells cells{&clocks};
    const uint32_t stated = base_.cells_of(index, "clock-frequency", 0);
    size_t next = 0;
    for (const Reference& r : references(base_, index)) {
        if (r.property != &clocks || !is_off(r) || !r.complete) continue;
        for (; next < r.first_cell; next++) append_cell(out, cells[next]);
        append_cell(out, phandle_for(specifier_of(r), stated));
        next = r.first_cell + r.cells;
    }
    for (; next < cells.size(); next++) append_cell(out, cells[next]);
    return out;
}

void Stubs::apply(size_t index, DtNode& out) {
    // A part without a compatible is its device's; it is off or on with it.
    if (!selection_.enabled[index]) return;
    bool pins_gone = false;
    for (const Reference& r : references(base_, index)) {
        if (!is_off(r)) continue;
        const std::string& name = r.property->name;
        if (out.property(name) == nullptr) continue;
        if (name == "clocks") {
            set(out, name, stubbed_clocks(index, *r.property));
            continue;
        }
        remove(out, name);
        pins_gone = pins_gone || is_pin_state(name);
        for (const Companions& c : companions)
            for (const std::string_view w : c.with)
                if (c.property == name) remove(out, w);
    }
    if (pins_gone)  // states are told apart by position: all or none
        std::erase_if(out.properties, [](const DtProperty& p) {
            return is_pin_state(p.name) || p.name == "pinctrl-names";
        });
}

void Stubs::append_nodes(DtNode& root) const {
    for (size_t i = 0; i < clocks_.size(); i++) {
        DtNode clock{cat("mkl-firmware-clock-", i), {}, {}};
        Bytes cells, rate, phandle;
        append_cell(cells, 0);
        append_cell(rate, clocks_[i].rate);
        append_cell(phandle, clocks_[i].phandle);
        clock.properties = {
            {"compatible",      text_value("fixed-clock")},
            {"#clock-cells",    std::move(cells)         },
            {"clock-frequency", std::move(rate)          },
            {"phandle",         std::move(phandle)       }
        };
        root.children.push_back(std::move(clock));
    }
}

}  // namespace mkl
