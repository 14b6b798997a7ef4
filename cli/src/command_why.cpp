// SPDX-License-Identifier: BSD-2-Clause
// mkl why: who owns a thing, through which chain, and why another node does not have it.
#include <algorithm>

#include "mkl/emit/emit.hpp"
#include "mkl/partition/why.hpp"
#include "mkl/support/text.hpp"
#include "pipeline.hpp"

namespace mkl::cli {

namespace {

bool is_okay(const DtNode& node) {
    const auto status = node.text("status");
    return !status || *status == "okay" || *status == "ok";
}

/// How a device of the board stands in what the node and its kernel are told: node.dtb, and the
/// source that its kernel is built from. "" if the thing is no device.
std::string in_trees(const Decided& decided, size_t node, std::string_view thing) {
    const auto& [system, hardware, plan] = decided;
    const auto device =
        std::find_if(hardware.devices.begin(), hardware.devices.end(), [&](const Device& d) {
            return d.path == thing ||
                   std::find(d.aliases.begin(), d.aliases.end(), thing) != d.aliases.end();
        });
    if (device == hardware.devices.end()) return "";
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
               "\n");
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
    context.out += in_trees(*decided, *node, context.options.thing);
    // A kernel of the user's own: what it was built for, and untypeds that it would drop.
    if (decided->system.nodes[*node].kernel.kind == KernelKind::elf)
        make_artefacts(decided->plan, decided->system, decided->hardware, context.files,
                       find_share(), context.sink, {.complete = false});
    return exit_ok;
}

}  // namespace mkl::cli
