// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>

#include "extract.hpp"
#include "mkl/hardware/hardware.hpp"

namespace mkl {

SourceSpan Extraction::at(size_t index) const {
    SourceSpan where = hardware.source;
    if (index != TreeView::none) where.node = tree[index].path;
    return where;
}

bool is_seed(std::string_view property) {
    return property == "kaslr-seed" || property == "rng-seed" || property == "u-boot,rng-seed";
}

/// Random numbers that firmware or QEMU put there for one boot: an image made from them would
/// differ every time, and a node must not learn another's.
void strip_seeds(DtNode& root) {
    for (DtNode& child : root.children) {
        if (child.name != "chosen" && child.name != "secure-chosen") continue;
        std::erase_if(child.properties, [](const DtProperty& p) { return is_seed(p.name); });
    }
}

std::optional<Hardware> read_hardware(DeviceTree tree, const SourceSpan& source, const Board& board,
                                      DiagnosticSink& sink) {
    Hardware hardware;
    hardware.tree = std::move(tree);
    hardware.source = source;
    strip_seeds(hardware.tree.root);
    const TreeView view{hardware.tree};
    const Extraction x{view, board, hardware, sink};
    const size_t errors = sink.error_count();
    hardware.model = hardware.tree.root.text("model").value_or("");
    if (!extract_cpus(x)) return std::nullopt;
    extract_memory(x);
    const size_t root = extract_controller(x);
    if (sink.error_count() == errors) {
        const InterruptResolver resolver{view, root, hardware.controller.type};
        extract_timer(x, resolver);
        extract_devices(x, resolver);
    }
    if (const DtNode* chosen = hardware.tree.find("/chosen")) {
        auto out = chosen->text("stdout-path");
        if (!out) out = chosen->text("linux,stdout-path");
        const size_t index = out ? view.resolve(*out) : TreeView::none;
        if (index != TreeView::none) hardware.stdout_path = view[index].path;
    }
    if (sink.error_count() != errors) return std::nullopt;
    return hardware;
}

}  // namespace mkl
