// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/hardware/tree_view.hpp"

#include <algorithm>
#include <cassert>

namespace mkl {

uint32_t Cells::operator[](size_t index) const {
    assert(index < size());
    uint32_t value = 0;
    for (size_t i = 0; i < 4; i++)
        value = value << 8 | std::to_integer<uint32_t>(bytes_[4 * index + i]);
    return value;
}

uint64_t Cells::number(size_t index, size_t count) const {
    assert(index + count <= size());
    uint64_t value = 0;
    for (size_t i = 0; i < count; i++) value = value << 32 | (*this)[index + i];
    return value;
}

Cells Cells::part(size_t index, size_t count) const {
    return Cells{bytes_.subspan(4 * index, 4 * count)};
}

void append_cell(Bytes& out, uint32_t value) {
    for (const uint32_t shift : {24U, 16U, 8U, 0U})
        out.push_back(static_cast<std::byte>(value >> shift));
}

void append_cells(Bytes& out, uint64_t value, uint32_t count) {
    for (uint32_t i = count; i-- > 0;)
        append_cell(out, i >= 2 ? 0 : static_cast<uint32_t>(value >> (32 * i)));
}

bool status_okay(const DtNode& node) {
    const DtProperty* status = node.property("status");
    if (status == nullptr) return true;
    const std::string_view text = as_text(status->value);
    using namespace std::string_view_literals;
    return text == "okay\0"sv || text == "ok\0"sv;
}

namespace {
size_t count_nodes(const DtNode& node) {
    size_t n = 1;
    for (const DtNode& child : node.children) n += count_nodes(child);
    return n;
}
}  // namespace

TreeView::TreeView(const DeviceTree& tree) {
    nodes_.reserve(count_nodes(tree.root));  // paths must not move: the map has views of them
    add(tree.root, none, "", true);
    by_path_.reserve(nodes_.size());
    for (size_t i = 0; i < nodes_.size(); i++) {
        by_path_.emplace(nodes_[i].path, i);
        if (nodes_[i].phandle != 0) by_phandle_.emplace(nodes_[i].phandle, i);
    }
}

// Recursion is bounded by tree_max_depth, which the reader enforces.
void TreeView::add(const DtNode& node, size_t parent, const std::string& path, bool enabled) {
    const size_t self = nodes_.size();
    const bool on = enabled && status_okay(node);
    uint32_t phandle = node.cell("phandle").value_or(0);
    if (phandle == 0) phandle = node.cell("linux,phandle").value_or(0);
    if (phandle == UINT32_MAX) phandle = 0;
    nodes_.push_back({&node, path.empty() ? "/" : path, parent, 0, on, phandle});
    for (const DtNode& child : node.children) add(child, self, path + "/" + child.name, on);
    nodes_[self].end = nodes_.size();
}

size_t TreeView::find(std::string_view path) const {
    const auto it = by_path_.find(path);
    return it == by_path_.end() ? none : it->second;
}

size_t TreeView::by_phandle(uint32_t phandle) const {
    const auto it = by_phandle_.find(phandle);
    return it == by_phandle_.end() ? none : it->second;
}

size_t TreeView::resolve(std::string_view name) const {
    name = name.substr(0, name.find(':'));
    if (name.empty() || name.front() == '/') return find(name);
    const size_t aliases = find("/aliases");
    const std::string_view head = name.substr(0, name.find('/'));
    if (aliases == none) return none;
    const auto path = nodes_[aliases].node->text(head);
    if (!path) return none;
    return find(*path + std::string{name.substr(head.size())});
}

uint32_t TreeView::cells_of(size_t index, std::string_view property, uint32_t otherwise) const {
    return nodes_[index].node->cell(property).value_or(otherwise);
}

size_t TreeView::interrupt_parent(size_t index) const {
    for (size_t i = index; i != none; i = nodes_[i].parent) {
        // A controller that names itself has no parent; for its children it is the parent.
        if (const auto phandle = nodes_[i].node->cell("interrupt-parent")) {
            const size_t parent = by_phandle(*phandle);
            if (parent != index) return parent;
        }
        const size_t up = nodes_[i].parent;
        if (up == none) break;
        const DtNode& above = *nodes_[up].node;
        if (above.property("interrupt-controller") != nullptr ||
            above.property("interrupt-map") != nullptr)
            return up;
    }
    return none;
}

namespace {
constexpr uint32_t max_address_cells = 3;

/// An address on a bus: at most two cells are the number, a third one before them tells spaces
/// apart: chip selects, windows, or the ss bits of PCI's phys.hi (Spec 2.3.8 and IEEE 1275 PCI
/// binding 2.2.1.1), whose other bits say nothing about where.
struct BusAddress {
    uint32_t space;
    uint64_t number;
};
BusAddress bus_address(Cells cells, bool is_pci) {
    constexpr uint32_t pci_space_mask = 0x03000000;
    const size_t n = cells.size();
    if (n < max_address_cells) return {0, cells.number(0, n)};
    return {is_pci ? cells[0] & pci_space_mask : cells[0], cells.number(n - 2, 2)};
}
}  // namespace

bool is_pci(const DtNode& node) {
    const auto type = node.text("device_type");
    return type == "pci" || type == "pciex";
}

/// Address on the bus below `bus`, as its children write it, to the cells that the bus above has.
std::optional<Bytes> TreeView::to_parent(size_t bus, Cells child) const {
    const DtProperty* ranges = nodes_[bus].node->property("ranges");
    if (ranges == nullptr) return std::nullopt;  // Spec 2.3.8: no mapping
    const bool pci = is_pci(*nodes_[bus].node),
               pci_above = is_pci(*nodes_[nodes_[bus].parent].node);
    const BusAddress address = bus_address(child, pci);
    const uint32_t child_cells = address_cells(bus), length_cells = size_cells(bus);
    const uint32_t parent_cells = address_cells(nodes_[bus].parent);
    if (child_cells > max_address_cells || parent_cells > max_address_cells || length_cells > 2)
        return std::nullopt;
    const auto cells_above = [&](BusAddress a) {
        Bytes out;
        if (parent_cells == max_address_cells) append_cell(out, a.space);
        append_cells(out, a.number, std::min(parent_cells, 2U));
        return out;
    };
    if (ranges->value.empty()) return cells_above(address);
    const Cells rows{ranges};
    const size_t row = child_cells + parent_cells + length_cells;
    for (size_t i = 0; row != 0 && i + row <= rows.size(); i += row) {
        const BusAddress from = bus_address(rows.part(i, child_cells), pci);
        const BusAddress to = bus_address(rows.part(i + child_cells, parent_cells), pci_above);
        const uint64_t length = rows.number(i + child_cells + parent_cells, length_cells);
        if (from.space == address.space && address.number >= from.number &&
            address.number - from.number < length)
            return cells_above({to.space, to.number + (address.number - from.number)});
    }
    return std::nullopt;
}

/// Address on the bus below `bus` through every `ranges` up to the root.
std::optional<uint64_t> TreeView::to_cpu(size_t bus, Cells child, RegisterFault& fault) const {
    std::optional<Bytes> address = Bytes{};
    for (size_t i = 0; i < child.size(); i++) append_cell(*address, child[i]);
    for (; nodes_[bus].parent != none; bus = nodes_[bus].parent) {
        address = to_parent(bus, Cells{std::span<const std::byte>{*address}});
        if (address) continue;
        if (nodes_[bus].node->property("ranges") != nullptr) fault = RegisterFault::outside;
        return std::nullopt;
    }
    return bus_address(Cells{std::span<const std::byte>{*address}}, false).number;
}

std::vector<PhysRange> TreeView::registers(size_t index) const {
    RegisterFault fault = RegisterFault::none;
    return registers(index, fault);
}

std::vector<PhysRange> TreeView::registers(size_t index, RegisterFault& fault) const {
    fault = RegisterFault::none;
    std::vector<PhysRange> out;
    const DtProperty* reg = nodes_[index].node->property("reg");
    const size_t parent = nodes_[index].parent;
    if (reg == nullptr || parent == none) return out;
    const uint32_t ac = address_cells(parent), sc = size_cells(parent);
    if (ac == 0 || ac > max_address_cells || sc == 0 || sc > 2) return out;
    const Cells cells{reg};
    if (reg->value.size() % (size_t{4} * (ac + sc)) != 0) fault = RegisterFault::cut;
    for (size_t i = 0; i + ac + sc <= cells.size(); i += ac + sc) {
        const auto base = to_cpu(parent, cells.part(i, ac), fault);
        const uint64_t size = cells.number(i + ac, sc);
        if (!base || size == 0) continue;
        if (const auto range = PhysRange::from_base_size(PhysAddr{*base}, size))
            out.push_back(*range);
        else
            fault = RegisterFault::outside;
    }
    return out;
}

std::vector<PhysRange> TreeView::pci_windows(size_t index) const {
    std::vector<PhysRange> out;
    const size_t parent = nodes_[index].parent;
    if (parent == none || !is_pci(*nodes_[index].node) || is_pci(*nodes_[parent].node)) return out;
    const uint32_t ac = address_cells(index), sc = size_cells(index), up = address_cells(parent);
    if (ac > max_address_cells || up == 0 || up > max_address_cells || sc > 2) return out;
    const Cells rows{nodes_[index].node->property("ranges")};
    const size_t row = ac + up + sc;
    for (size_t i = 0; i + row <= rows.size(); i += row) {
        RegisterFault fault = RegisterFault::none;
        const auto base = to_cpu(parent, rows.part(i + ac, up), fault);
        const uint64_t size = rows.number(i + ac + up, sc);
        if (!base || size == 0) continue;
        if (const auto range = PhysRange::from_base_size(PhysAddr{*base}, size))
            out.push_back(*range);
    }
    return out;
}

std::optional<std::vector<PhysRange>> TreeView::dma_windows(size_t index) const {
    std::vector<PhysRange> reach{PhysRange::between(PhysAddr{0}, PhysAddr{UINT64_MAX})};
    bool limited = false;
    for (size_t bus = nodes_[index].parent; bus != none && nodes_[bus].parent != none;
         bus = nodes_[bus].parent) {
        const DtProperty* ranges = nodes_[bus].node->property("dma-ranges");
        if (ranges == nullptr || ranges->value.empty()) continue;
        const uint32_t child_cells = address_cells(bus), length_cells = size_cells(bus);
        const uint32_t parent_cells = address_cells(nodes_[bus].parent);
        if (child_cells > max_address_cells || parent_cells > max_address_cells || length_cells > 2)
            continue;
        const Cells rows{ranges};
        const size_t row = child_cells + parent_cells + length_cells;
        std::vector<PhysRange> above;
        for (size_t i = 0; row != 0 && i + row <= rows.size(); i += row) {
            const uint64_t from = bus_address(rows.part(i, child_cells), false).number;
            const uint64_t to = bus_address(rows.part(i + child_cells, parent_cells), false).number;
            const uint64_t length = rows.number(i + child_cells + parent_cells, length_cells);
            const auto window = PhysRange::from_base_size(PhysAddr{from}, length);
            if (!window) continue;
            for (const PhysRange r : reach)
                if (const PhysRange both = r.intersect(*window); !both.empty())
                    if (const auto moved = PhysRange::from_base_size(
                            PhysAddr{to + (both.base().value - from)}, both.size_bytes()))
                        above.push_back(*moved);
        }
        reach = normalise(std::move(above));
        limited = true;
    }
    if (!limited) return std::nullopt;
    return reach;
}

}  // namespace mkl
