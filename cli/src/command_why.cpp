// SPDX-License-Identifier: BSD-2-Clause
// mkl why: who owns a thing, through which chain, and why another node does not have it.
#include <algorithm>

#include "mkl/emit/emit.hpp"
#include "mkl/hardware/hardware.hpp"
#include "mkl/hardware/tree_view.hpp"
#include "mkl/partition/why.hpp"
#include "mkl/support/text.hpp"
#include "pipeline.hpp"

namespace mkl::cli {

namespace {

bool is_okay(const DtNode& node) {
    const auto status = node.text("status");
    return !status || *status == "okay" || *status == "ok";
}

/// Whether `kernel: {tree: FILE}` has the device: it may be another tree than the board's, so a
/// node with the same registers is the same device, whatever its path.
std::string in_kernel_tree(Context& context, const System& system, size_t node,
                           const Device& device) {
    const auto& file = system.nodes[node].kernel.tree;
    if (!file) return "";
    const std::string head = cat("  in the tree of its kernel, ", file->value, ": ");
    std::string error;
    const auto text = context.files.read(system.resolve(file->value), max_yaml_bytes, error);
    if (!text) return cat(head, "cannot be read: ", error, "\n");
    DiagnosticSink quiet;  // packing reports what is wrong with it
    const auto tree = parse_dts(as_text(*text), {}, quiet);
    if (!tree) return cat(head, "not valid source\n");
    const TreeView view{*tree};
    for (size_t i = 0; i < view.size(); i++) {
        const auto registers = view.registers(i);
        const bool same =
            device.registers.empty()
                ? view[i].path == device.path
                : !registers.empty() && registers[0].base() == device.registers[0].base();
        if (same) return cat(head, view[i].path, view[i].enabled ? ", enabled\n" : ", disabled\n");
    }
    return cat(head, "absent: a kernel built from it knows no such device\n");
}

/// How a device of the board stands in what the node and its kernel are told: node.dtb, and the
/// source that its kernel is built from. "" if the thing is no device.
std::string in_trees(Context& context, const Decided& decided, size_t node,
                     std::string_view thing) {
    const auto& [system, hardware, plan] = decided;
    const std::vector<size_t> devices = devices_named(hardware, thing);
    if (devices.size() != 1) return "";
    const Device* device = &hardware.devices[devices[0]];
    const DeviceTree tree = node_tree(plan, node, system, hardware);
    const DtNode* found = tree.find(device->path);
    bool enabled = found != nullptr;
    for (size_t at = 1; enabled && at != std::string::npos;) {
        at = device->path.find('/', at + 1);
        const DtNode* above = tree.find(std::string_view{device->path}.substr(0, at));
        enabled = above != nullptr && is_okay(*above);
    }
    return cat("  in the tree of ", plan.nodes[node].name, ": ",
               found == nullptr ? "absent"
               : enabled        ? "enabled"
                                : "disabled",
               "\n", in_kernel_tree(context, system, node, *device));
}

}  // namespace

int run_why(Context& context) {
    const auto decided = decide(context);
    if (!decided) return exit_ok;
    const std::optional<size_t> node = node_option(context, decided->system);
    if (context.sink.has_errors()) return exit_ok;
    const auto text = why(decided->plan, decided->system, decided->hardware, context.options.thing,
                          node, context.sink);
    if (!text) return exit_ok;
    context.out += *text;
    if (!node) return exit_ok;
    context.out += in_trees(context, *decided, *node, context.options.thing);
    // A kernel of the user's own: what it was built for, and untypeds that it would drop.
    if (decided->system.nodes[*node].kernel.kind == KernelKind::elf)
        make_artefacts(decided->plan, decided->system, decided->hardware, context.files,
                       find_share(), context.sink, {.complete = false});
    return exit_ok;
}

}  // namespace mkl::cli
