// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/formats/fit.hpp"

#include <cassert>
#include <map>

#include "big_endian.hpp"
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
        formats::append_be32(head_, token_begin);
        formats::append_text(head_, name);
        head_.push_back(std::byte{0});
        pad();
    }
    void end() { formats::append_be32(head_, token_end); }
    void property(std::string_view name, std::string_view text) {
        property_head(name, text.size() + 1);
        formats::append_text(head_, text);
        head_.push_back(std::byte{0});
        pad();
    }
    void property(std::string_view name, const std::vector<std::string>& texts) {
        std::string all;
        for (const std::string& t : texts) all += t + '\0';
        if (!all.empty()) all.pop_back();
        property(name, std::string_view{all});
    }
    void property(std::string_view name, uint32_t cell) {
        property_head(name, 4);
        formats::append_be32(head_, cell);
    }
    void property64(std::string_view name, uint64_t value) {
        property_head(name, 8);
        formats::append_be64(head_, value);
    }
    void property(std::string_view name, std::span<const std::byte> value) {
        property_head(name, value.size());
        head_.insert(head_.end(), value.begin(), value.end());
        pad();
    }
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

private:
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
};

void write_image(TreeWriter& tree, const FitImage& image, Architecture architecture) {
    tree.begin(image.node);
    tree.property("description", std::string_view{image.description});
    tree.property("data", image.data);
    tree.property("type", std::string_view{image.type});
    tree.property("arch", arch_name(architecture));
    tree.property("os", std::string_view{"linux"});
    tree.property("compression", std::string_view{"none"});
    tree.property64("load", image.load);
    if (image.has_entry) tree.property64("entry", image.entry);
    tree.begin("hash-1");
    tree.property("algo", std::string_view{"sha256"});
    tree.property("value", std::span<const std::byte>{image.digest});
    tree.end();
    tree.end();
}

std::string cells64(uint64_t value) {
    return cat("<", hex(value >> 32), " ", hex(value & 0xffffffff), ">");
}

std::string quoted_list(const std::vector<std::string>& texts) {
    std::string out;
    for (const std::string& t : texts) out += cat(out.empty() ? "" : ", ", "\"", t, "\"");
    return out;
}

std::string image_source(const FitImage& image, Architecture architecture) {
    std::string s =
        cat("        ", image.node, " {\n            description = \"", image.description,
            "\";\n            data = /incbin/(\"", image.file, "\");\n            type = \"",
            image.type, "\";\n            arch = \"", arch_name(architecture),
            "\";\n            os = \"linux\";\n",
            "            compression = \"none\";\n            load = ", cells64(image.load), ";\n");
    if (image.has_entry) s += cat("            entry = ", cells64(image.entry), ";\n");
    s += "            hash-1 {\n                algo = \"sha256\";\n            };\n        };\n";
    return s;
}

}  // namespace

ByteRope write_fit(const Fit& fit) {
    assert(!fit.configurations.empty());
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
    for (const FitConfiguration& c : fit.configurations) {
        tree.begin(c.node);
        tree.property("description", std::string_view{c.description});
        tree.property("kernel", std::string_view{c.kernel});
        if (!c.loadables.empty()) tree.property("loadables", c.loadables);
        if (!c.compatible.empty()) tree.property("compatible", c.compatible);
        tree.end();
    }
    tree.end();
    tree.end();
    return tree.blob();
}

std::string write_its(const Fit& fit) {
    std::string s = cat("/dts-v1/;\n// Source of image.itb: mkimage -f image.its image.itb, in the "
                        "directory of image.bin.\n/ {\n    description = \"",
                        fit.description, "\";\n    #address-cells = <2>;\n    images {\n");
    for (const FitImage& image : fit.images) s += image_source(image, fit.architecture);
    s += cat("    };\n    configurations {\n        default = \"", fit.configurations.front().node,
             "\";\n");
    for (const FitConfiguration& c : fit.configurations) {
        s += cat("        ", c.node, " {\n            description = \"", c.description,
                 "\";\n            kernel = \"", c.kernel, "\";\n");
        if (!c.loadables.empty())
            s += cat("            loadables = ", quoted_list(c.loadables), ";\n");
        if (!c.compatible.empty())
            s += cat("            compatible = ", quoted_list(c.compatible), ";\n");
        s += "        };\n";
    }
    return s + "    };\n};\n";
}

}  // namespace mkl
