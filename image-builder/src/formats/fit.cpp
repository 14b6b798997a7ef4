// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/formats/fit.hpp"

#include <algorithm>
#include <cassert>
#include <map>

#include "big_endian.hpp"
#include "mkl/support/join.hpp"
#include "mkl/support/text.hpp"

namespace mkl {

namespace {

// Devicetree Specification v0.4, chapter 5.
constexpr uint32_t dtb_magic = 0xd00dfeed;
constexpr uint32_t dtb_version = 17, dtb_compatible_version = 16;
constexpr uint32_t token_begin = 1, token_end = 2, token_property = 3, token_finish = 9;
constexpr uint32_t dtb_header_size = 40, reservation_size = 16;  // one terminating entry

std::string_view arch_name(Architecture architecture) {
    return architecture == Architecture::aarch64 ? "arm64" : "riscv";
}

/// Structure block of a device tree whose property values may be ropes: the payload is part of a
/// FIT, and copying it is what this avoids (libfdt's writer needs it in one buffer).
class TreeWriter {
public:
    void begin(std::string_view name) {
        path_.push_back(path_.empty()       ? std::string{"/"}
                        : path_.size() == 1 ? cat("/", name)
                                            : cat(path_.back(), "/", name));
        const size_t at = head_.size();
        formats::append_be32(head_, token_begin);
        formats::append_text(head_, name);
        head_.push_back(std::byte{0});
        pad();
        note(at, false);
    }
    void end() {
        const size_t at = head_.size();
        formats::append_be32(head_, token_end);
        note(at, false);
        path_.pop_back();
    }
    void property(std::string_view name, std::string_view text) {
        Bytes value;
        formats::append_text(value, text);
        value.push_back(std::byte{0});
        property(name, std::span<const std::byte>{value});
    }
    void property(std::string_view name, const std::vector<std::string>& texts) {
        std::string all;
        for (const std::string& t : texts) all += t + '\0';
        if (!all.empty()) all.pop_back();
        property(name, std::string_view{all});
    }
    void property(std::string_view name, uint32_t cell) {
        Bytes value;
        formats::append_be32(value, cell);
        property(name, std::span<const std::byte>{value});
    }
    void property64(std::string_view name, uint64_t number) {
        Bytes value;
        formats::append_be64(value, number);
        property(name, std::span<const std::byte>{value});
    }
    void property(std::string_view name, std::span<const std::byte> value) {
        const size_t at = head_.size();
        property_head(name, value.size());
        head_.insert(head_.end(), value.begin(), value.end());
        pad();
        note(at, true);
    }
    /// An image's data: never under a signature itself, its hash is.
    void property(std::string_view name, const ByteRope& value) {
        property_head(name, value.size());
        flush();
        structure_.append(value);
        structure_.align_to(4);
    }

    ByteRope blob() {
        formats::append_be32(head_, token_finish);
        flush();
        const uint64_t structure_at = dtb_header_size + reservation_size;
        const uint64_t strings_at = structure_at + structure_.size();
        const uint64_t total = strings_at + strings_.size();
        assert(total <= fit_max_size);
        Bytes header;
        for (const uint64_t field :
             {uint64_t{dtb_magic}, total, structure_at, strings_at, uint64_t{dtb_header_size},
              uint64_t{dtb_version}, uint64_t{dtb_compatible_version}, uint64_t{0},
              uint64_t{strings_.size()}, structure_.size()})
            formats::append_be32(header, static_cast<uint32_t>(field));
        ByteRope out{std::move(header)};
        out.append_zeros(reservation_size);
        out.append(structure_);
        out.append(std::string_view{strings_});
        return out;
    }

    uint32_t strings_size() const { return static_cast<uint32_t>(strings_.size()); }

    /// What a signature over `nodes` covers, as U-Boot's verified boot counts it: begin and end of
    /// each of them and of their children, the properties of the nodes themselves, the end of the
    /// structure block, and all strings. The last flush has come.
    Sha256 digest_of(const std::vector<std::string>& nodes) const {
        const auto listed = [&](const std::string& path) {
            return std::find(nodes.begin(), nodes.end(), path) != nodes.end();
        };
        Sha256Stream stream;
        for (const Token& t : tokens_)
            if (listed(t.path) || (!t.is_property && t.path != "/" && listed(parent_of(t.path))))
                stream.update(t.bytes);
        Bytes finish;
        formats::append_be32(finish, token_finish);
        stream.update(finish);
        stream.update(std::as_bytes(std::span{strings_}));
        return stream.finish();
    }

private:
    struct Token {
        std::string path;
        bool is_property;
        Bytes bytes;
    };

    static std::string parent_of(const std::string& path) {
        const size_t slash = path.rfind('/');
        return slash == 0 ? "/" : path.substr(0, slash);
    }
    void note(size_t at, bool is_property) {
        tokens_.push_back({
            path_.back(), is_property, {head_.begin() + static_cast<ptrdiff_t>(at), head_.end()}
        });
    }
    void property_head(std::string_view name, uint64_t size) {
        const auto [it, is_new] =
            string_offsets_.try_emplace(std::string{name}, static_cast<uint32_t>(strings_.size()));
        if (is_new) {
            strings_ += name;
            strings_ += '\0';
        }
        formats::append_be32(head_, token_property);
        formats::append_be32(head_, static_cast<uint32_t>(size));
        formats::append_be32(head_, it->second);
    }
    void pad() {
        while (head_.size() % 4 != 0) head_.push_back(std::byte{0});
    }
    void flush() {
        structure_.append(std::move(head_));
        head_ = {};
    }

    Bytes head_;  ///< small part of the structure block that is not in structure_ yet
    ByteRope structure_;
    std::string strings_;
    std::map<std::string, uint32_t> string_offsets_;
    std::vector<std::string> path_;
    std::vector<Token> tokens_;
};

void write_image(TreeWriter& tree, const FitImage& image, Architecture architecture) {
    tree.begin(image.node);
    tree.property("description", std::string_view{image.description});
    tree.property("data", image.data);
    tree.property("type", std::string_view{image.type});
    tree.property("arch", arch_name(architecture));
    tree.property("os", std::string_view{"linux"});
    tree.property("compression", std::string_view{"none"});
    if (image.load) tree.property64("load", *image.load);
    if (image.entry) tree.property64("entry", *image.entry);
    tree.begin("hash-1");
    tree.property("algo", std::string_view{"sha256"});
    tree.property("value", std::span<const std::byte>{image.digest});
    tree.end();
    tree.end();
}

/// Which properties of a configuration name what is signed with it.
std::vector<std::string> signed_kinds(const FitConfiguration& c) {
    std::vector<std::string> out{"kernel"};
    if (!c.fdt.empty()) out.emplace_back("fdt");
    if (!c.loadables.empty()) out.emplace_back("loadables");
    return out;
}

std::vector<std::string> signed_nodes(const FitConfiguration& c) {
    std::vector<std::string> images{c.kernel};
    if (!c.fdt.empty()) images.push_back(c.fdt);
    images.insert(images.end(), c.loadables.begin(), c.loadables.end());
    std::vector<std::string> out{"/", cat("/configurations/", c.node)};
    for (const std::string& image : images) {
        out.push_back(cat("/images/", image));
        out.push_back(cat("/images/", image, "/hash-1"));
    }
    return out;
}

struct Signature {
    Bytes value;
    uint32_t strings_size = 0;
};

void write_signature(TreeWriter& tree, const FitConfiguration& c, const SigningKey* key,
                     const Signature& signature) {
    tree.begin("signature");
    tree.property("algo", key ? std::string_view{key->algorithm()} : fit_usual_algorithm);
    tree.property("key-name-hint", key ? std::string_view{key->name()} : fit_usual_key);
    tree.property("sign-images", signed_kinds(c));
    if (key) {
        tree.property("value", std::span<const std::byte>{signature.value});
        tree.property("signer-name", std::string_view{"mkl"});
        tree.property("hashed-nodes", signed_nodes(c));
        tree.property64("hashed-strings", signature.strings_size);  // start 0, size
    }
    tree.end();
}

/// `signatures` as the configurations.
TreeWriter write_tree(const Fit& fit, const SigningKey* key,
                      const std::vector<Signature>& signatures) {
    TreeWriter tree;
    tree.begin("");
    tree.property("timestamp", uint32_t{0});  // mkimage -l wants one; same input, same bytes
    tree.property("description", std::string_view{fit.description});
    tree.property("#address-cells", uint32_t{2});
    tree.begin("images");
    for (const FitImage& image : fit.images) write_image(tree, image, fit.architecture);
    tree.end();
    tree.begin("configurations");
    tree.property("default", std::string_view{fit.configurations.front().node});
    for (size_t i = 0; i < fit.configurations.size(); i++) {
        const FitConfiguration& c = fit.configurations[i];
        tree.begin(c.node);
        tree.property("description", std::string_view{c.description});
        tree.property("kernel", std::string_view{c.kernel});
        if (!c.fdt.empty()) tree.property("fdt", std::string_view{c.fdt});
        if (!c.loadables.empty()) tree.property("loadables", c.loadables);
        if (!c.compatible.empty()) tree.property("compatible", c.compatible);
        write_signature(tree, c, key, signatures[i]);
        tree.end();
    }
    tree.end();
    tree.end();
    return tree;
}

std::string cells64(uint64_t value) {
    return cat("<", hex(value >> 32), " ", hex(value & 0xffffffff), ">");
}

std::string quoted_list(const std::vector<std::string>& texts) {
    return join(texts, [](const std::string& t) { return cat("\"", t, "\""); });
}

std::string image_source(const FitImage& image, Architecture architecture) {
    const std::string part =
        image.file_offset ? cat(", ", hex(*image.file_offset), ", ", hex(image.data.size())) : "";
    std::string s = cat("        ", image.node, " {\n            description = \"",
                        image.description, "\";\n            data = /incbin/(\"", image.file, "\"",
                        part, ");\n            type = \"", image.type, "\";\n            arch = \"",
                        arch_name(architecture),
                        "\";\n            os = \"linux\";\n            compression = \"none\";\n");
    if (image.load) s += cat("            load = ", cells64(*image.load), ";\n");
    if (image.entry) s += cat("            entry = ", cells64(*image.entry), ";\n");
    s += "            hash-1 {\n                algo = \"sha256\";\n            };\n        };\n";
    return s;
}

std::string configuration_source(const FitConfiguration& c, const SigningKey* key) {
    std::string s = cat("        ", c.node, " {\n            description = \"", c.description,
                        "\";\n            kernel = \"", c.kernel, "\";\n");
    if (!c.fdt.empty()) s += cat("            fdt = \"", c.fdt, "\";\n");
    if (!c.loadables.empty()) s += cat("            loadables = ", quoted_list(c.loadables), ";\n");
    if (!c.compatible.empty())
        s += cat("            compatible = ", quoted_list(c.compatible), ";\n");
    return s + cat("            signature {\n                algo = \"",
                   key ? key->algorithm() : fit_usual_algorithm,
                   "\";\n                key-name-hint = \"", key ? key->name() : fit_usual_key,
                   "\";\n                sign-images = ", quoted_list(signed_kinds(c)),
                   ";\n            };\n        };\n");
}

}  // namespace

ByteRope write_fit(const Fit& fit, const SigningKey* key) {
    assert(!fit.configurations.empty());
    std::vector<Signature> signatures(fit.configurations.size());
    if (!key) return write_tree(fit, key, signatures).blob();
    // A signature does not cover the properties of its own node: sign a first draft.
    for (Signature& s : signatures) s.value.resize(key->signature_size());
    const TreeWriter draft = write_tree(fit, key, signatures);
    for (size_t i = 0; i < signatures.size(); i++)
        signatures[i] = {key->sign(draft.digest_of(signed_nodes(fit.configurations[i]))),
                         draft.strings_size()};
    return write_tree(fit, key, signatures).blob();
}

std::string write_its(const Fit& fit, const SigningKey* key) {
    std::string s = cat("/dts-v1/;\n"
                        "// Source of image.itb, in the directory of the files that it names:\n"
                        "//   mkimage -f image.its image.itb\n"
                        "// and signed by KEYS/NAME.key, NAME as in key-name-hint below:\n"
                        "//   mkimage -f image.its -k KEYS -r image.itb\n/ {\n    description = \"",
                        fit.description, "\";\n    #address-cells = <2>;\n    images {\n");
    for (const FitImage& image : fit.images) s += image_source(image, fit.architecture);
    s += cat("    };\n    configurations {\n        default = \"", fit.configurations.front().node,
             "\";\n");
    for (const FitConfiguration& c : fit.configurations) s += configuration_source(c, key);
    return s + "    };\n};\n";
}

}  // namespace mkl
