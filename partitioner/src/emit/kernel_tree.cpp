// SPDX-License-Identifier: BSD-2-Clause
// Trees for the build of an unmodified seL4 kernel: what it compiles in as RAM and kernel devices.
#include <algorithm>

#include "dts_printer.hpp"
#include "mkl/emit/emit.hpp"
#include "mkl/hardware/tree_view.hpp"
#include "mkl/support/text.hpp"

namespace mkl {

namespace {

std::string memory_block(const DeviceTree& tree) {
    std::string out;
    for (const DtNode& child : tree.root.children)
        if (child.text("device_type") == "memory") print_dts_node(child, 1, out);
    return out;
}

/// The node's private block that stands in for the distributor, where the plan has one.
std::optional<PhysRange> decoy(const Plan& plan, size_t node) {
    for (const PlanReserved& r : plan.reserved)
        if (r.what == "decoy" && r.node == node) return r.range;
    return std::nullopt;
}

/// reg of the interrupt controller with its first entry replaced. The decoy is RAM: it can be
/// written there only where every bus above maps addresses one to one.
std::optional<DtProperty> decoy_reg(const Plan& plan, size_t node, const Hardware& hardware) {
    const auto range = decoy(plan, node);
    const DtNode* controller = hardware.tree.find(hardware.controller.path);
    if (!range || controller == nullptr) return std::nullopt;
    const TreeView view{hardware.tree};
    const size_t parent = view[view.find(hardware.controller.path)].parent;
    const uint32_t ac = view.address_cells(parent), sc = view.size_cells(parent);
    const Cells old{controller->property("reg")};
    DtProperty reg{"reg", {}};
    append_cells(reg.value, range->base().value, ac);
    append_cells(reg.value, range->size_bytes(), sc);
    for (size_t i = ac + sc; i < old.size(); i++) append_cell(reg.value, old[i]);
    return reg;
}

/// Paths of nodes that name a region below /reserved-memory.
std::vector<std::string> reservation_users(const Hardware& hardware) {
    std::vector<std::string> out;
    const TreeView view{hardware.tree};
    for (size_t i = 0; i < view.size(); i++)
        if (view[i].node->property("memory-region") != nullptr) out.push_back(view[i].path);
    return out;
}

}  // namespace

std::string overlay_dts(const Plan& plan, size_t node, const System& system,
                        const Hardware& hardware) {
    const DeviceTree tree = node_tree(plan, node, system, hardware);
    std::string out = cat("/* RAM of ", plan.nodes.at(node).name,
                          ": concatenate to the tree that its kernel is built from. */\n\n/ {\n");
    // First delete, in a block of its own: a node of the same name may come back below.
    for (const DtNode& child : hardware.tree.root.children)
        if (child.text("device_type") == "memory")
            out += cat("\t/delete-node/ ", child.name, ";\n");
    // A platform's own overlay may reserve RAM (for a hypervisor's guests, for SBI).
    out += "\t/delete-node/ reserved-memory;\n};\n\n/ {\n";
    out += memory_block(tree);
    out += "};\n";
    for (const std::string& user : reservation_users(hardware))
        out += cat("\n&{", user, "} {\n\t/delete-property/ memory-region;\n};\n");
    if (const auto reg = decoy_reg(plan, node, hardware))
        out +=
            cat("\n/* The loader alone programs the distributor: this kernel gets a decoy. */\n&{",
                hardware.controller.path, "} {\n\t", dts_property(*reg), "\n};\n");
    return out;
}

std::string kernel_dts(const Plan& plan, size_t node, const System& system,
                       const Hardware& hardware) {
    DeviceTree tree = node_tree(plan, node, system, hardware);
    const PlanNode& mine = plan.nodes.at(node);
    std::vector<std::string> devices;
    if (mine.console) devices.push_back(*mine.console);
    devices.push_back(hardware.controller.path);
    const TreeView view{hardware.tree};
    for (size_t i = 0; i < view.size(); i++) {
        const auto compatible = view[i].node->texts("compatible");
        if (std::find(compatible.begin(), compatible.end(), "arm,armv8-timer") != compatible.end())
            devices.push_back(view[i].path);
    }
    DtProperty list{"seL4,kernel-devices", {}};
    for (const std::string& path : devices) {
        const auto bytes = as_bytes(path);
        list.value.insert(list.value.end(), bytes.begin(), bytes.end());
        list.value.push_back(std::byte{0});
    }
    auto chosen = std::find_if(tree.root.children.begin(), tree.root.children.end(),
                               [](const DtNode& n) { return n.name == "chosen"; });
    if (chosen == tree.root.children.end()) {
        tree.root.children.push_back(DtNode{"chosen", {}, {}});
        chosen = tree.root.children.end() - 1;
    }
    DtProperty elfloader = list;
    elfloader.name = "seL4,elfloader-devices";
    chosen->properties.push_back(std::move(elfloader));
    chosen->properties.push_back(std::move(list));
    std::string out = to_dts(tree);
    if (const auto reg = decoy_reg(plan, node, hardware))
        out +=
            cat("\n/* The loader alone programs the distributor: this kernel gets a decoy. */\n&{",
                hardware.controller.path, "} {\n\t", dts_property(*reg), "\n};\n");
    return out;
}

}  // namespace mkl
