// SPDX-License-Identifier: BSD-2-Clause
// A device tree with the relations its text leaves implicit: parents, paths, phandles, status of
// ancestors, cells. Built once, then constant. It points into the tree, which must outlive it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mkl/model/device_tree.hpp"
#include "mkl/support/phys_range.hpp"

namespace mkl {

/// Big-endian 32-bit cells of a property. A rest of less than four bytes is not part of it.
class Cells {
public:
    Cells() = default;
    explicit Cells(std::span<const std::byte> bytes) : bytes_{bytes} {}
    explicit Cells(const DtProperty* property) {
        if (property != nullptr) bytes_ = property->value;
    }
    size_t size() const { return bytes_.size() / 4; }
    /// Precondition: index < size().
    uint32_t operator[](size_t index) const;
    /// `count` cells (0, 1 or 2; of more the last two) from `index` as one number.
    /// Precondition: index + count <= size().
    uint64_t number(size_t index, size_t count) const;
    Cells part(size_t index, size_t count) const;

private:
    std::span<const std::byte> bytes_;
};

/// Appends one cell.
void append_cell(Bytes& out, uint32_t value);
/// Appends `value` in `count` cells.
void append_cells(Bytes& out, uint64_t value, uint32_t count);

/// Whether what stands below is a PCI bus.
bool is_pci(const DtNode& node);

struct TreeNode {
    const DtNode* node = nullptr;
    std::string path;
    size_t parent = 0;     ///< index; TreeView::none for the root
    size_t end = 0;        ///< index behind its last descendant
    bool enabled = true;   ///< itself and all ancestors okay
    uint32_t phandle = 0;  ///< 0: none
};

enum class RegisterFault {
    none,
    cut,      ///< not a whole number of addresses and sizes
    outside,  ///< in no window of a `ranges` above it, or beyond 64 bits
};

class TreeView {
public:
    static constexpr size_t none = SIZE_MAX;

    explicit TreeView(const DeviceTree& tree);
    TreeView(const TreeView&) = delete;
    TreeView& operator=(const TreeView&) = delete;

    size_t size() const { return nodes_.size(); }
    const TreeNode& operator[](size_t index) const { return nodes_[index]; }
    size_t find(std::string_view path) const;
    size_t by_phandle(uint32_t phandle) const;
    /// Node that a path or an alias (optionally with ":options") names; none if nothing.
    size_t resolve(std::string_view name) const;

    /// What `index` says about its children's addresses. Spec 2.3.5: 2 and 1 if it says nothing.
    uint32_t address_cells(size_t index) const { return cells_of(index, "#address-cells", 2); }
    uint32_t size_cells(size_t index) const { return cells_of(index, "#size-cells", 1); }
    uint32_t cells_of(size_t index, std::string_view property, uint32_t otherwise) const;

    /// Spec 2.4.1: its own or the nearest ancestor's interrupt-parent, else the nearest ancestor
    /// that is a controller or nexus; none if there is none or the phandle names nothing.
    size_t interrupt_parent(size_t index) const;

    /// CPU-physical ranges of `reg`, in order, those only that every `ranges` up to the root
    /// translates and whose size is not 0.
    std::vector<PhysRange> registers(size_t index) const;
    /// The same, and what is wrong with the part of `reg` that is not among them.
    std::vector<PhysRange> registers(size_t index, RegisterFault& fault) const;

    /// CPU-physical ranges through which a PCI host bridge reaches its bus (`ranges`), in order;
    /// empty for every other node.
    std::vector<PhysRange> pci_windows(size_t index) const;

    /// What a master at `index` can reach, in CPU addresses, sorted; nullopt if no `dma-ranges`
    /// above it limits it (an absent or empty one does not).
    std::optional<std::vector<PhysRange>> dma_windows(size_t index) const;

private:
    void add(const DtNode& node, size_t parent, const std::string& path, bool enabled);
    std::optional<Bytes> to_parent(size_t bus, Cells child) const;
    std::optional<uint64_t> to_cpu(size_t bus, Cells child, RegisterFault& fault) const;

    std::vector<TreeNode> nodes_;  ///< depth first, parents before children
    std::unordered_map<std::string_view, size_t> by_path_;
    std::unordered_map<uint32_t, size_t> by_phandle_;
};

/// Spec 2.3.4: absent, "okay" or "ok".
bool status_okay(const DtNode& node);

}  // namespace mkl
