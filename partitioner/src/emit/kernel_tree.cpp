// SPDX-License-Identifier: BSD-2-Clause
// Trees for the build of an unmodified seL4 kernel: what it compiles in as RAM and kernel devices.
#include <algorithm>

#include "decoy.hpp"
#include "dts_printer.hpp"
#include "memory_node.hpp"
#include "mkl/emit/emit.hpp"
#include "mkl/hardware/hardware.hpp"
#include "mkl/hardware/tree_view.hpp"
#include "mkl/support/join.hpp"
#include "mkl/support/text.hpp"

namespace mkl {

namespace {

/// Paths of nodes that name a region below /reserved-memory.
std::vector<std::string> reservation_users(const TreeView& view) {
    std::vector<std::string> out;
    for (size_t i = 0; i < view.size(); i++)
        if (view[i].node->property("memory-region") != nullptr) out.push_back(view[i].path);
    return out;
}

}  // namespace

std::string overlay_dts(const Plan& plan, size_t node, const System& system,
                        const Hardware& hardware, const DeviceTree* base) {
    (void)system;
    if (base == nullptr) base = &hardware.tree;
    const TreeView view{*base};
    std::string out = cat("/* RAM of ", plan.nodes.at(node).name,
                          ": concatenate to the tree that its kernel is built from. */\n\n/ {\n");
    // First delete, in a block of its own: a node of the same name may come back below.
    for (const DtNode& child : base->root.children)
        if (child.text("device_type") == "memory")
            out += cat("\t/delete-node/ ", child.name, ";\n");
    // A platform's own overlay may reserve RAM (for a hypervisor's guests, for SBI).
    out += "\t/delete-node/ reserved-memory;\n};\n\n/ {\n";
    print_dts_node(
        memory_node(plan.nodes.at(node).kernel_ram(), view.address_cells(0), view.size_cells(0)), 1,
        out);
    out += "};\n";
    for (const std::string& user : reservation_users(view))
        out += cat("\n&{", user, "} {\n\t/delete-property/ memory-region;\n};\n");
    return out + decoy_block(plan, node, view, hardware);
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
    const TreeView own{tree};
    return to_dts(tree) + decoy_block(plan, node, own, hardware);
}

namespace {

/// What a kernel built from `tree` takes as its RAM: memory nodes without what `no-map` keeps.
std::vector<PhysRange> kernel_ram(const TreeView& tree) {
    std::vector<PhysRange> ram, kept;
    for (size_t i = 1; i < tree.size(); i++) {
        const auto registers = tree.registers(i);
        const size_t up = tree[i].parent;
        if (tree[i].node->text("device_type") == "memory")
            ram.insert(ram.end(), registers.begin(), registers.end());
        else if (tree[up].path == "/reserved-memory" && tree[i].node->property("no-map") != nullptr)
            kept.insert(kept.end(), registers.begin(), registers.end());
    }
    return subtract(normalise(std::move(ram)), normalise(std::move(kept)));
}

}  // namespace

bool prove_kernel_source(std::string_view text, const SourceSpan& where, const Plan& plan,
                         size_t node, const Hardware& hardware, DiagnosticSink& sink) {
    const auto tree = parse_dts(text, where, sink);
    if (!tree) return false;
    const size_t errors = sink.error_count();
    const TreeView view{*tree};
    const PlanNode& mine = plan.nodes.at(node);
    const auto ram = kernel_ram(view);
    if (ram != mine.kernel_ram())
        sink.report(
            {"E460",
             where,
             cat("a kernel built from this tree and the overlay of node '", mine.name, "' takes ",
                 join_or("no RAM", ram), "; the node has ", join_or("no RAM", mine.kernel_ram())),
             {},
             "name the tree as it stands before the overlay, the platform's own overlays "
             "included"});
    const auto range = decoy(plan, node);
    const PhysAddr wanted = range ? range->base() : hardware.controller.distributor.base();
    bool found = false;
    for (size_t i = 0; i < view.size(); i++) {
        if (view[i].node->property("interrupt-controller") == nullptr) continue;
        const auto registers = view.registers(i);
        found = found || (!registers.empty() && registers[0].base() == wanted);
    }
    if (!found && hardware.controller.type != InterruptControllerType::none)
        sink.report(
            {"E461",
             where,
             cat("this tree has no interrupt controller at ",
                 hex(hardware.controller.distributor.base()), ", where the board has ",
                 hardware.controller.path,
                 range ? cat(" (the kernel would find its decoy at ", hex(wanted), " there)") : ""),
             {},
             "is it the tree of another board, or of another version of the machine?"});
    return sink.error_count() == errors;
}

std::optional<KernelSources> kernel_sources(const Plan& plan, size_t node, const System& system,
                                            const Hardware& hardware,
                                            std::optional<std::string_view> tree_text,
                                            DiagnosticSink& sink) {
    const KernelChoice& kernel = system.nodes.at(node).kernel;
    KernelSources out;
    out.overlay = overlay_dts(plan, node, system, hardware);
    if (!kernel.is_stock_sel4()) return out;
    bool good = true;
    out.kernel_dts = kernel_dts(plan, node, system, hardware);
    good = prove_kernel_source(out.kernel_dts, hardware.source, plan, node, hardware, sink);
    if (tree_text && kernel.tree) {
        SourceSpan where;
        where.file = std::make_shared<const SourceFile>(
            SourceFile{kernel.tree->value, std::string{*tree_text}});
        const auto base = parse_dts(*tree_text, where, sink);
        if (!base) return std::nullopt;
        out.overlay = overlay_dts(plan, node, system, hardware, &*base);
        const std::string both = cat(*tree_text, "\n", out.overlay);
        good = prove_kernel_source(both, where, plan, node, hardware, sink) && good;
    }
    if (!good) return std::nullopt;
    return out;
}

}  // namespace mkl
