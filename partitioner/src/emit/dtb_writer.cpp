// SPDX-License-Identifier: BSD-2-Clause
// A DeviceTree to a flattened tree. Devicetree Specification v0.4, chapter 5; the order of blocks
// and the sharing of strings are dtc's, so that a compiled node.dts can be compared byte by byte.
#include <limits>
#include <string>
#include <unordered_map>

#include "mkl/emit/emit.hpp"
#include "mkl/hardware/tree_view.hpp"

namespace mkl {

namespace {

constexpr uint32_t magic = 0xd00dfeed;
constexpr uint32_t version = 17, last_compatible = 16;
constexpr uint32_t header_size = 40;
constexpr uint32_t begin_node = 1, end_node = 2, property = 3, end = 9;

/// Names in order of first use; a name that is the tail of an earlier one shares its bytes.
class Strings {
public:
    uint32_t offset(const std::string& name) {
        if (const auto it = tails_.find(name); it != tails_.end()) return it->second;
        const auto at = static_cast<uint32_t>(bytes_.size());
        bytes_ += name;
        bytes_ += '\0';
        for (uint32_t i = 0; i <= name.size(); i++) tails_.emplace(name.substr(i), at + i);
        return at;
    }
    const std::string& bytes() const { return bytes_; }

private:
    std::string bytes_;
    std::unordered_map<std::string, uint32_t> tails_;
};

void append(Bytes& out, std::span<const std::byte> bytes) {
    out.insert(out.end(), bytes.begin(), bytes.end());
}
void pad(Bytes& out, size_t align) { out.resize((out.size() + align - 1) / align * align); }

void write_node(const DtNode& node, Bytes& out, Strings& strings) {
    append_cell(out, begin_node);
    append(out, as_bytes(node.name));
    out.push_back(std::byte{0});
    pad(out, 4);
    for (const DtProperty& p : node.properties) {
        append_cell(out, property);
        append_cell(out, static_cast<uint32_t>(p.value.size()));
        append_cell(out, strings.offset(p.name));
        append(out, p.value);
        pad(out, 4);
    }
    for (const DtNode& child : node.children) write_node(child, out, strings);
    append_cell(out, end_node);
}

}  // namespace

Bytes to_dtb(const DeviceTree& tree) {
    Strings strings;
    Bytes structure;
    write_node(tree.root, structure, strings);
    append_cell(structure, end);

    const size_t reservations = header_size;  // 8-byte aligned already
    const size_t structure_at = reservations + 16 * (tree.memreserve.size() + 1);
    const size_t strings_at = structure_at + structure.size();
    const size_t total = strings_at + strings.bytes().size();
    assert(total < std::numeric_limits<uint32_t>::max());
    Bytes out;
    out.reserve(total);
    for (const size_t word :
         {size_t{magic}, total, structure_at, strings_at, reservations, size_t{version},
          size_t{last_compatible}, size_t{tree.boot_cpuid_phys}, strings.bytes().size(),
          structure.size()})
        append_cell(out, static_cast<uint32_t>(word));
    for (const PhysRange r : tree.memreserve) {
        append_cells(out, r.base().value, 2);
        append_cells(out, r.size_bytes(), 2);
    }
    out.resize(structure_at);
    append(out, structure);
    append(out, as_bytes(strings.bytes()));
    return out;
}

}  // namespace mkl
