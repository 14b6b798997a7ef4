// SPDX-License-Identifier: BSD-2-Clause
#include "open.hpp"

#include <libfdt.h>

#include <algorithm>

namespace mkl::verify {

namespace {

constexpr std::string_view readable = "parts of the image can be read";

/// Value of /chosen/mkl,boot-record: how a kernel that passes on only the tree hands it over.
std::optional<Bytes> record_in_tree(const Bytes& tree) {
    const int chosen = fdt_path_offset(tree.data(), "/chosen");
    int size = 0;
    const void* value =
        chosen < 0 ? nullptr : fdt_getprop(tree.data(), chosen, "mkl,boot-record", &size);
    if (value == nullptr || size < 0) return std::nullopt;
    const auto* first = static_cast<const std::byte*>(value);
    return Bytes{first, first + size};
}

/// The tree was opened before.
void open_record(const Node& node, NodeView& view, Proof& proof) {
    const Entry* entry = node.entry(MKL_ROLE_BOOT_RECORD);
    std::string part = entry ? entry->name : view.part("node.dtb");
    std::optional<Bytes> inside;
    if (!entry && view.tree) inside = record_in_tree(*view.tree);
    if (!inside && (!entry || !entry->data)) {
        proof.expect(readable, false, "E620", node.name,
                     [&] { return cat("node '", node.name, "' has no boot record"); });
        return;
    }
    std::string why;
    view.record = inside ? read_record(ByteView{*inside}, why) : read_record(*entry->data, why);
    proof.expect(readable, view.record.has_value(), "E620", part, [&] {
        return cat("the boot record of node '", node.name, "' is refused: ", why);
    });
}

void open_elf(const Node& node, uint32_t role, std::optional<Elf>& out, Proof& proof) {
    const Entry* entry = node.entry(role);
    std::string why = "there is none";
    if (entry && entry->data) out = read_elf(*entry->data, why);
    proof.expect(readable, out.has_value(), "E614", entry ? entry->name : node.name, [&] {
        return cat("the ", role_name(role), " of node '", node.name, "' cannot be read: ", why);
    });
}

void open_spec(const Node& node, NodeView& view, Proof& proof) {
    if (!view.root) return;
    const Entry* entry = node.entry(MKL_ROLE_ROOT);
    const auto bytes = find_spec(*view.root, *entry->data);
    if (!bytes) {
        proof.claim(cat("node '", node.name,
                        "': its root image is not mkl's; nothing is known of "
                        "what it does with what it is given"));
        return;
    }
    std::string why;
    view.spec = read_spec(*bytes, why);
    proof.expect(readable, view.spec.has_value(), "E640", entry->name,
                 [&] { return cat("the CapDL spec of node '", node.name, "' is refused: ", why); });
}

void open_tree(const Node& node, NodeView& view, Proof& proof) {
    const Entry* entry = node.entry(MKL_ROLE_DTB);
    std::string why = "there is none";
    if (entry && entry->data && entry->data->size() <= max_dtb_bytes) {
        Bytes copy(entry->data->size());
        entry->data->copy(0, copy);
        const int error = copy.size() < FDT_V17_SIZE ? -FDT_ERR_TRUNCATED
                                                     : fdt_check_full(copy.data(), copy.size());
        if (error == 0)
            view.tree = std::move(copy);
        else
            why = fdt_strerror(error);
    }
    proof.expect(readable, view.tree.has_value(), "E630", entry ? entry->name : node.name, [&] {
        return cat("the device tree of node '", node.name, "' cannot be read: ", why);
    });
}

}  // namespace

std::vector<Container> open_all(const ByteView& image, Proof& proof) {
    std::string why;
    auto containers = open_containers(image, why);
    if (!proof.item(readable, !containers.empty()))
        proof.violation("E600", "", cat("this is no image that mkl can read: ", why));
    return containers;
}

std::optional<ImageView> open_image(Container container, Proof& proof) {
    ImageView out;
    std::string why;
    out.container = std::move(container);
    const auto params = read_params(out.container.flat, why);
    if (!proof.item(readable, params.has_value())) {
        proof.violation("E602", "", why);
        return std::nullopt;
    }
    out.params = *params;
    const auto archive = out.container.flat.part(params->payload_offset, params->payload_size);
    if (!proof.item(readable, archive.has_value())) {
        proof.violation("E602", "",
                        cat("the loader parameters place the archive at ",
                            hex(params->payload_offset), ", ", hex(params->payload_size),
                            " bytes; the image has ", hex(out.container.flat.size())));
        return std::nullopt;
    }
    out.archive = *archive;
    out.files = walk_archive(out.archive, why);
    proof.expect(readable, why.empty(), "E603", "",
                 [&] { return cat("the archive is damaged: ", why); });
    const auto table = out.archive.part(params->table_offset, params->table_size);
    auto read =
        table ? read_table(*table, out.archive, out.container.loadables, why) : std::nullopt;
    if (!table) why = "the loader parameters place it outside the archive";
    if (!proof.item(readable, read.has_value())) {
        proof.violation("E604", MKL_PAYLOAD_NAME, cat("the payload table is refused: ", why));
        return std::nullopt;
    }
    out.table = std::move(*read);
    for (const Node& node : out.table.nodes) {
        NodeView view;
        view.node = &node;
        open_tree(node, view, proof);
        open_record(node, view, proof);
        open_elf(node, MKL_ROLE_KERNEL, view.kernel, proof);
        open_elf(node, MKL_ROLE_ROOT, view.root, proof);
        open_spec(node, view, proof);
        out.nodes.push_back(std::move(view));
    }
    for (size_t i = 0; i < out.nodes.size(); i++) out.nodes[i].node = &out.table.nodes[i];
    return out;
}

}  // namespace mkl::verify
