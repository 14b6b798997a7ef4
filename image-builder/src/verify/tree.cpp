// SPDX-License-Identifier: BSD-2-Clause
#include "tree.hpp"

#include <libfdt.h>

#include <algorithm>
#include <cstring>

#include "mkl/support/text.hpp"

namespace mkl::verify {

namespace {

constexpr size_t max_depth = 64;
constexpr uint32_t gic_spi = 0, first_spi = 32, first_ppi = 16;

// Cells of a property.
struct CellList {
    const fdt32_t* cells = nullptr;
    size_t count = 0;

    uint32_t operator[](size_t i) const { return fdt32_to_cpu(cells[i]); }
    // Number in `n` cells from `i` (0 to 2 cells; higher ones of more are ignored).
    uint64_t number(size_t i, uint32_t n) const {
        uint64_t value = 0;
        for (uint32_t k = 0; k < n; k++) value = value << 32 | (*this)[i + k];
        return value;
    }
};

struct Window {  // one entry of `ranges`
    uint64_t child, parent, size;
};

struct Level {
    size_t node = 0;
    uint32_t address_cells = 2, size_cells = 1;  // of its children, 2.3.5
    bool enabled = true;
    bool mapped = true;    // its address space reaches the CPU
    bool identity = true;  // empty `ranges`
    std::vector<Window> windows;
    uint32_t interrupt_parent = 0;  // phandle, inherited
    bool pci = false;               // a PCI bus, IEEE 1275 PCI binding
    bool plain = false;             // below /cpus, /reserved-memory, a memory node: no registers
};

class Reader {
public:
    Reader(const Bytes& blob, uint64_t controller, bool plic)
        : fdt_{blob.data()}, controller_{controller}, plic_{plic} {}

    Tree run() {
        int depth = 0;
        std::vector<Level> levels;
        for (int offset = 0; offset >= 0; offset = fdt_next_node(fdt_, offset, &depth)) {
            if (depth < 0) break;
            const auto d = static_cast<size_t>(depth);
            if (d >= max_depth) continue;
            levels.resize(d);
            levels.push_back(enter(offset, levels.empty() ? nullptr : &levels.back()));
        }
        resolve_interrupts();
        for (int i = 0; i < fdt_num_mem_rsv(fdt_); i++) {
            uint64_t base = 0, size = 0;
            if (fdt_get_mem_rsv(fdt_, i, &base, &size) != 0) continue;
            if (const auto r = PhysRange::from_base_size(PhysAddr{base}, size))
                tree_.reserved.push_back(*r);
        }
        return std::move(tree_);
    }

private:
    struct Pending {
        size_t node;
        uint32_t parent;  // phandle
    };

    CellList cells(int offset, const char* name) const {
        int length = 0;
        const void* p = fdt_getprop(fdt_, offset, name, &length);
        if (!p || length < 4) return {};
        return {static_cast<const fdt32_t*>(p), static_cast<size_t>(length) / 4};
    }
    bool has(int offset, const char* name) const {
        return fdt_getprop(fdt_, offset, name, nullptr) != nullptr;
    }
    // As kernels compare: up to the first NUL, whatever stands behind it.
    bool is(int offset, const char* name, const char* value) const {
        int length = 0;
        const auto* p = static_cast<const char*>(fdt_getprop(fdt_, offset, name, &length));
        const size_t size = std::strlen(value) + 1;
        return p && length >= static_cast<int>(size) && std::memcmp(p, value, size) == 0;
    }
    uint32_t cell(int offset, const char* name, uint32_t otherwise) const {
        const CellList c = cells(offset, name);
        return c.count == 0 ? otherwise : c[0];
    }

    Level enter(int offset, const Level* up) {
        Level level;
        level.node = tree_.nodes.size();
        const char* name = fdt_get_name(fdt_, offset, nullptr);
        TreeDevice device;
        device.offset = offset;
        device.path = !up ? "/" : cat(up->node == 0 ? "" : tree_.nodes[up->node].path, "/", name);
        const bool okay =
            !has(offset, "status") || is(offset, "status", "okay") || is(offset, "status", "ok");
        level.enabled = device.enabled = okay && (!up || up->enabled);
        level.address_cells = std::min(cell(offset, "#address-cells", 2), 4u);
        level.size_cells = std::min(cell(offset, "#size-cells", 1), 4u);
        level.interrupt_parent = cell(offset, "interrupt-parent", up ? up->interrupt_parent : 0);
        const bool memory = is(offset, "device_type", "memory");
        level.plain = (up && up->plain) || device.path == "/cpus" ||
                      device.path == "/reserved-memory" || memory;
        if (up) read_ranges(offset, *up, level);
        level.pci = is(offset, "device_type", "pci") || is(offset, "device_type", "pciex");
        if (level.pci && up && !up->pci) device.windows = windows_of(level);
        if (memory && up)
            tree_.memory = [&] {
                auto all = tree_.memory;
                const auto own = registers(offset, *up, device);
                all.insert(all.end(), own.begin(), own.end());
                return all;
            }();
        else if (up && !level.plain)
            device.registers = registers(offset, *up, device);
        if (up && tree_.nodes[up->node].path == "/cpus" && is(offset, "device_type", "cpu")) {
            const CellList reg = cells(offset, "reg");
            if (reg.count >= up->address_cells && up->address_cells <= 2)
                tree_.cpus.push_back(reg.number(0, up->address_cells));
        }
        for (const char* seed : {"rng-seed", "kaslr-seed"})
            if (has(offset, seed)) tree_.seeds.push_back(cat(device.path, "/", seed));
        if (device.enabled && (has(offset, "interrupts") || has(offset, "interrupts-extended") ||
                               has(offset, "interrupt-map")))
            pending_.push_back({level.node, level.interrupt_parent});
        tree_.nodes.push_back(std::move(device));
        return level;
    }

    void read_ranges(int offset, const Level& up, Level& level) const {
        level.mapped = up.mapped && has(offset, "ranges");
        const CellList r = cells(offset, "ranges");
        level.identity = r.count == 0;
        const size_t stride = level.address_cells + up.address_cells + level.size_cells;
        for (size_t i = 0; stride != 0 && i + stride <= r.count; i += stride) {
            // PCI's first of three cells says which space it is (IEEE 1275 PCI binding 2.2.1.1).
            const size_t skip = level.address_cells > 2 ? level.address_cells - 2 : 0;
            level.windows.push_back(
                {r.number(i + skip, level.address_cells - static_cast<uint32_t>(skip)),
                 r.number(i + level.address_cells, up.address_cells),
                 r.number(i + level.address_cells + up.address_cells, level.size_cells)});
        }
        if (!level.mapped || up.identity) return;
        for (Window& w : level.windows) w.parent = translate(up, w.parent).value_or(UINT64_MAX);
    }
    static std::vector<PhysRange> windows_of(const Level& bridge) {
        std::vector<PhysRange> out;
        for (const Window& w : bridge.windows)
            if (const auto r = PhysRange::from_base_size(PhysAddr{w.parent}, w.size);
                r && bridge.mapped && w.parent != UINT64_MAX)
                out.push_back(*r);
        return out;
    }
    static std::optional<uint64_t> translate(const Level& level, uint64_t address) {
        if (level.identity) return address;
        for (const Window& w : level.windows)
            if (address >= w.child && address - w.child < w.size && w.parent != UINT64_MAX)
                return w.parent + (address - w.child);
        return std::nullopt;
    }
    std::vector<PhysRange> registers(int offset, const Level& up, TreeDevice& device) const {
        std::vector<PhysRange> out;
        const CellList reg = cells(offset, "reg");
        const size_t stride = up.address_cells + up.size_cells;
        const bool root = up.node == 0;
        for (size_t i = 0; up.size_cells != 0 && i + stride <= reg.count; i += stride) {
            const uint64_t size = reg.number(i + up.address_cells, up.size_cells);
            if (size == 0) continue;
            if (!root && !up.mapped) return out;  // a bus of its own, such as I2C
            const auto base = root ? std::optional{reg.number(i, up.address_cells)}
                                   : translate(up, reg.number(i, up.address_cells));
            const auto range =
                base ? PhysRange::from_base_size(PhysAddr{*base}, size) : std::nullopt;
            if (range)
                out.push_back(*range);
            else
                device.registers_unknown = true;
        }
        return out;
    }

    // Specifier cells of the controller with this phandle; nullopt and a note if it is not there.
    std::optional<uint32_t> specifier_cells(uint32_t phandle, const std::string& path,
                                            const char* property, int& controller) {
        controller = fdt_node_offset_by_phandle(fdt_, phandle);
        if (controller >= 0) return std::min(cell(controller, "#interrupt-cells", 0), 16u);
        tree_.dangling.push_back(
            cat(path, ": ", property, " names phandle ", hex(phandle), ", which no node has"));
        return std::nullopt;
    }
    bool is_root_controller(int offset) const {
        return std::any_of(tree_.nodes.begin(), tree_.nodes.end(), [&](const TreeDevice& d) {
            return d.offset == offset && !d.registers.empty() &&
                   d.registers.front().base().value == controller_;
        });
    }
    void add_interrupt(const std::string& path, const CellList& c, size_t at, uint32_t count,
                       int controller) {
        if (!is_root_controller(controller)) return;
        if (plic_ && count >= 1) {
            tree_.interrupts.push_back({path, c[at], false});
        } else if (!plic_ && count >= 3) {  // Arm GIC binding: type, number, flags
            const bool spi = c[at] == gic_spi;
            tree_.interrupts.push_back({path, c[at + 1] + (spi ? first_spi : first_ppi), !spi});
        }
    }
    // Lines that a bridge passes on, Devicetree Specification 2.4.3.
    void add_map(const TreeDevice& device) {
        const CellList map = cells(device.offset, "interrupt-map");
        const size_t child = size_t{std::min(cell(device.offset, "#address-cells", 2), 4u)} +
                             std::min(cell(device.offset, "#interrupt-cells", 1), 16u);
        for (size_t i = 0; i + child < map.count;) {
            int controller = -1;
            const auto n =
                specifier_cells(map[i + child], device.path, "interrupt-map", controller);
            if (!n) return;
            const size_t unit = std::min(cell(controller, "#address-cells", 0), 4u);
            const size_t at = i + child + 1 + unit;
            if (at + *n > map.count) return;
            add_interrupt(device.path, map, at, *n, controller);
            i = at + *n;
        }
    }
    void resolve_interrupts() {
        for (const Pending& p : pending_) {
            const TreeDevice& device = tree_.nodes[p.node];
            int controller = -1;
            add_map(device);
            if (const CellList c = cells(device.offset, "interrupts-extended"); c.count != 0) {
                for (size_t i = 0; i < c.count;) {
                    const auto n =
                        specifier_cells(c[i], device.path, "interrupts-extended", controller);
                    if (!n || *n > c.count - i - 1) break;
                    add_interrupt(device.path, c, i + 1, *n, controller);
                    i += 1 + *n;
                }
                continue;
            }
            const CellList c = cells(device.offset, "interrupts");
            if (c.count == 0) continue;
            const auto n = specifier_cells(p.parent, device.path, "interrupt-parent", controller);
            for (size_t i = 0; n && *n != 0 && i + *n <= c.count; i += *n)
                add_interrupt(device.path, c, i, *n, controller);
        }
    }

    const void* fdt_;
    uint64_t controller_;
    bool plic_;
    Tree tree_;
    std::vector<Pending> pending_;
};

}  // namespace

Tree read_tree(const Bytes& blob, uint64_t controller, bool plic) {
    return Reader{blob, controller, plic}.run();
}

}  // namespace mkl::verify
