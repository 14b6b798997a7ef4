// SPDX-License-Identifier: BSD-2-Clause
// FIT, U-Boot doc/uImage.FIT/source_file_format.txt: each configuration is an image of its own.
#include <algorithm>
#include <cstring>

#include "fit_signature.hpp"
#include "fit_tree.hpp"
#include "mkl/support/text.hpp"
#include "reader.hpp"

namespace mkl::verify {

namespace {

constexpr size_t max_configurations = 64;

uint32_t big(uint32_t value) { return __builtin_bswap32(value); }

class ConfigurationReader {
public:
    ConfigurationReader(const ByteView& image, const FitTree& tree, const FitNode& images,
                        const FitNode& configuration)
        : image_{image}, tree_{tree}, images_{images}, configuration_{configuration} {}

    std::optional<Container> run(std::string& why) {
        out_.format = "FIT";
        out_.configuration = configuration_.name;
        out_.facts.push_back(cat("configuration ", configuration_.name));
        const auto kernel = configuration_.text("kernel");
        if (!kernel) {
            why = cat("its configuration '", configuration_.name, "' has no kernel");
            return std::nullopt;
        }
        if (!add_image(*kernel, Role::kernel, why)) return std::nullopt;
        for (const std::string& name : configuration_.texts("loadables"))
            if (!add_image(name, Role::loadable, why)) return std::nullopt;
        for (const std::string& name : configuration_.texts("fdt"))
            if (!add_image(name, Role::tree, why)) return std::nullopt;
        out_.signature = read_signature(tree_, configuration_, used_);
        return std::move(out_);
    }

private:
    enum class Role { kernel, loadable, tree };

    std::optional<ByteView> data(const FitNode& node) const {
        if (const ByteView* inside = node.property("data")) return *inside;
        const auto size = node.number("data-size");
        if (!size) return std::nullopt;
        if (const auto position = node.number("data-position"))
            return image_.part(*position, *size);
        const auto offset = node.number("data-offset");
        const uint64_t base = (tree_.total_size + 3) & ~uint64_t{3};
        if (!offset || *offset > UINT64_MAX - base) return std::nullopt;
        return image_.part(base + *offset, *size);
    }
    void flaw(const FitNode& image, std::string_view what) {
        out_.flaws.push_back(cat("FIT image '", image.name, "' ", what));
    }
    void add_hashes(const FitNode& image, const ByteView& bytes) {
        bool strong = false;
        for (const size_t i : image.children) {
            const FitNode& hash = tree_.nodes[i];
            if (!hash.name.starts_with("hash")) continue;
            const ByteView* value = hash.property("value");
            const auto method = hash.text("algo");
            if (!value || !method) continue;
            std::string what = cat("FIT image ", image.name, ": ", *method);
            Digest expected{};
            if (*method == "sha256" && value->size() == expected.size()) {
                value->copy(0, std::as_writable_bytes(std::span{expected}));
                out_.hashes.push_back({std::move(what), bytes, expected});
                strong = true;
            } else if (*method == "crc32" && value->size() == 4) {
                const uint32_t found = crc32(bytes), wanted = big(*value->value<uint32_t>(0));
                out_.sums.push_back({std::move(what), found == wanted, hex(found), hex(wanted)});
            } else {
                out_.sums.push_back({std::move(what), false,
                                     "of a length or method that mkl does not write",
                                     cat(value->size(), " bytes")});
            }
        }
        if (!strong) flaw(image, "has no SHA-256: U-Boot would take any bytes for it");
    }
    bool add_image(const std::string& name, Role role, std::string& why) {
        const FitNode* node = tree_.child(images_, name);
        const auto bytes = node ? data(*node) : std::nullopt;
        if (!bytes || used_.size() == max_entries) {
            why = cat("FIT image '", name, "' has no data inside the file");
            return false;
        }
        used_.push_back(node);
        add_hashes(*node, *bytes);
        if (node->text("compression").value_or("none") != "none") flaw(*node, "is compressed");
        const auto arch = node->text("arch");
        if (role == Role::kernel && arch)
            out_.arch = *arch == "arm64"   ? MKL_ARCH_AARCH64
                        : *arch == "riscv" ? MKL_ARCH_RISCV64
                                           : 0;
        const auto load = node->number("load"), entry = node->number("entry");
        out_.facts.push_back(cat("image ", name, ": ", node->text("type").value_or("?"), ", load ",
                                 load ? hex(*load) : "anywhere", ", ", hex(bytes->size()),
                                 " bytes"));
        if (role == Role::kernel) {
            out_.flat = *bytes;
            out_.place = {load.value_or(~uint64_t{0}), entry.value_or(~uint64_t{0})};
        } else if (role == Role::loadable) {
            out_.loadables.push_back({name, load.value_or(0), *bytes});
        } else if (load) {
            flaw(*node, "has a load address: it may go over a node's RAM");
        }
        return true;
    }

    const ByteView& image_;
    const FitTree& tree_;
    const FitNode& images_;
    const FitNode& configuration_;
    std::vector<const FitNode*> used_;
    Container out_;
};

}  // namespace

std::vector<Container> open_fit(const ByteView& image, std::string& why) {
    const auto tree = read_fit_tree(image, why);
    if (!tree) return {};
    const FitNode& root = tree->nodes[0];
    const FitNode* images = tree->child(root, "images");
    const FitNode* all = tree->child(root, "configurations");
    const auto chosen = all ? all->text("default") : std::nullopt;
    const FitNode* first = chosen ? tree->child(*all, *chosen) : nullptr;
    if (!images || !first) {
        why = "it has no images or no default configuration";
        return {};
    }
    std::vector<const FitNode*> order{first};
    for (const size_t i : all->children)
        if (&tree->nodes[i] != first) order.push_back(&tree->nodes[i]);
    if (order.size() > max_configurations) {
        why = cat("it has ", order.size(), " configurations, at most ", max_configurations,
                  " are read");
        return {};
    }
    std::vector<Container> out;
    for (const FitNode* configuration : order) {
        auto container = ConfigurationReader{image, *tree, *images, *configuration}.run(why);
        if (!container) return {};
        out.push_back(std::move(*container));
    }
    return out;
}

}  // namespace mkl::verify
