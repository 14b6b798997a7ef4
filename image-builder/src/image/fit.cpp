// SPDX-License-Identifier: BSD-2-Clause
#include "fit.hpp"

#include <algorithm>

#include "mkl/support/text.hpp"

namespace mkl {

namespace {

constexpr std::string_view tree_file = "image.dtb", split_file = "image-fit.bin";

/// Configuration and the board's tree; the first image is the caller's.
FitFiles start(const Plan& plan, const Hardware& hardware, const Artefacts& artefacts,
               FitImage kernel) {
    FitFiles out;
    Fit& fit = out.fit;
    fit.description = cat("mkl: ", plan.nodes.size(), " node(s)");
    fit.architecture = plan.architecture;
    kernel.node = kernel.type = "kernel";
    kernel.load = kernel.entry = plan.loader.base().value;
    fit.images.push_back(std::move(kernel));

    FitImage tree;
    tree.node = "fdt";
    tree.description = "the board's device tree, as mkl read it";
    tree.type = "flat_dt";
    tree.file = tree_file;
    tree.data.append(artefacts.board_dtb);
    tree.digest = sha256(tree.data);
    out.files.push_back({std::string{tree_file}, tree.data});
    fit.images.push_back(std::move(tree));

    FitConfiguration conf;
    conf.node = "conf";
    conf.description = hardware.model.empty() ? "mkl" : hardware.model;
    conf.kernel = "kernel";
    conf.fdt = "fdt";
    conf.compatible = hardware.tree.root.texts("compatible");
    fit.configurations.push_back(std::move(conf));
    return out;
}

/// "node0/kernel.elf" as the name of a node of a tree.
std::string node_name(std::string name) {
    std::replace(name.begin(), name.end(), '/', '-');
    return name;
}

void append(Fit& out, const Fit& fit, char letter, std::string_view directory) {
    const auto own = [&](const std::string& name) {
        return name.empty() ? name : cat(name, "-", letter);
    };
    for (FitImage image : fit.images) {
        image.node = own(image.node);
        image.file = cat(directory, image.file);
        out.images.push_back(std::move(image));
    }
    for (FitConfiguration c : fit.configurations) {
        c.node = own(c.node);
        c.kernel = own(c.kernel);
        c.fdt = own(c.fdt);
        for (std::string& l : c.loadables) l = own(l);
        out.configurations.push_back(std::move(c));
    }
}

}  // namespace

FitFiles describe_whole_fit(const Plan& plan, const Hardware& hardware, const Artefacts& artefacts,
                            const Packed& packed) {
    FitImage kernel;
    kernel.description = "loader and payload";
    kernel.file = "image.bin";
    kernel.data = packed.blob;
    kernel.digest = packed.digest;
    return start(plan, hardware, artefacts, std::move(kernel));
}

std::optional<FitFiles> describe_split_fit(const Plan& plan, const System& system,
                                           const Hardware& hardware, const Artefacts& artefacts,
                                           const mkl_loader_params& loader, const Payload& payload,
                                           const Packed& packed) {
    const Payload split = make_payload_of_loadables(
        plan, system, hardware, artefacts, payload.digests,
        [&](uint64_t size) { return plan.loader.base().value + footprint_of(loader, size); });
    if (split.loadables_end > plan.loader.end().value) return std::nullopt;
    const Packed small = pack_image(plan, artefacts, loader, split);

    FitImage kernel;
    kernel.description = "loader and table";
    kernel.file = split_file;
    kernel.data = small.blob;
    kernel.digest = small.digest;
    FitFiles out = start(plan, hardware, artefacts, std::move(kernel));
    out.files.push_back({std::string{split_file}, small.blob});
    size_t index = 0;
    for (const NodeArtefacts& node : artefacts.nodes) {
        for (const PlacedFile& file : node.files) {
            FitImage image;
            image.node = node_name(file.name);
            image.description = file.name;
            image.type = "firmware";
            image.file = "image.bin";  // the same bytes stand in its archive
            image.file_offset = packed.params.payload_offset + payload.offsets[index];
            image.data = file.data;
            image.digest = payload.digests[index];
            image.load = split.addresses[index];
            out.fit.configurations.front().loadables.push_back(image.node);
            out.fit.images.push_back(std::move(image));
            index++;
        }
    }
    return out;
}

Fit join_fits(const Fit& a, const Fit& b) {
    Fit out;
    out.description = cat(a.description, "; ", b.description);
    out.architecture = a.architecture;
    append(out, a, 'a', "");
    append(out, b, 'b', "conf-b/");
    return out;
}

}  // namespace mkl
