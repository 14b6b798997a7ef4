// SPDX-License-Identifier: BSD-2-Clause
// FIT, U-Boot doc/uImage.FIT/source_file_format.txt: a flattened tree (Devicetree Specification
// v0.4, chapter 5) whose properties hold the payload. Read in place: a tree of gigabytes is walked,
// never copied.
#include <cstring>

#include "mkl/support/text.hpp"
#include "reader.hpp"

namespace mkl::verify {

namespace {

constexpr size_t max_nodes = 65536, max_properties = 65536, max_depth = 64;
constexpr size_t max_name = 256, max_text = 4096;

uint32_t big(uint32_t value) { return __builtin_bswap32(value); }

struct Property {
    std::string name;
    ByteView value;
};
struct FitNode {
    std::string name;
    std::vector<Property> properties;
    std::vector<size_t> children;

    const ByteView* property(std::string_view wanted) const {
        for (const Property& p : properties)
            if (p.name == wanted) return &p.value;
        return nullptr;
    }
    std::optional<std::string> text(std::string_view wanted) const {
        const ByteView* value = property(wanted);
        if (!value || value->size() == 0 || value->size() > max_text) return std::nullopt;
        std::string out(value->size(), '\0');
        value->copy(0, std::as_writable_bytes(std::span{out}));
        if (out.back() != '\0') return std::nullopt;
        return out.substr(0, out.find('\0'));
    }
    std::vector<std::string> texts(std::string_view wanted) const {
        std::vector<std::string> out;
        const ByteView* value = property(wanted);
        if (!value || value->size() > max_text) return out;
        std::string all(value->size(), '\0');
        value->copy(0, std::as_writable_bytes(std::span{all}));
        for (size_t at = 0; at < all.size(); at += out.back().size() + 1)
            out.emplace_back(all.c_str() + at);
        return out;
    }
    std::optional<uint64_t> number(std::string_view wanted) const {
        const ByteView* value = property(wanted);
        if (!value) return std::nullopt;
        const auto high = value->value<uint32_t>(0), low = value->value<uint32_t>(4);
        if (value->size() == 4 && high) return big(*high);
        if (value->size() == 8 && low) return uint64_t{big(*high)} << 32 | big(*low);
        return std::nullopt;
    }
};

// The tree without its payload; node 0 is the root. Empty and `why` if it is not one.
class Walker {
public:
    explicit Walker(const ByteView& image) : image_{image} {}

    std::vector<FitNode> run(std::string& why) {
        std::vector<uint32_t> header(10);
        image_.copy(0, std::as_writable_bytes(std::span{header}));
        const auto field = [&](size_t i) { return big(header[i]); };
        const auto structure = image_.part(field(2), field(9));
        const auto strings = image_.part(field(3), field(8));
        if (!structure || !strings || field(5) < 17) {
            why = "its tree is not of version 17 or reaches past its end";
            return {};
        }
        structure_ = *structure;
        strings_ = *strings;
        why = walk();
        return why.empty() ? std::move(nodes_) : std::vector<FitNode>{};
    }

private:
    // Devicetree Specification 5.4.1
    static constexpr uint32_t begin_node = 1, end_node = 2, property = 3, nop = 4, end = 9;

    std::optional<uint32_t> cell() {
        const auto value = structure_.value<uint32_t>(at_);
        at_ += 4;
        return value ? std::optional{big(*value)} : std::nullopt;
    }
    // NUL-terminated text at `offset`; nullopt if it is too long or not ended.
    static std::optional<std::string> text_at(const ByteView& bytes, uint64_t offset) {
        std::string out;
        for (char c = 1; out.size() <= max_name; out += c) {
            const auto byte = bytes.value<char>(offset + out.size());
            if (!byte) return std::nullopt;
            c = *byte;
            if (c == 0) return out;
        }
        return std::nullopt;
    }
    bool add_node(std::vector<size_t>& open) {
        const auto name = text_at(structure_, at_);
        if (!name || nodes_.size() == max_nodes || open.size() == max_depth ||
            (open.empty() && !nodes_.empty()))
            return false;
        at_ = (at_ + name->size() + 1 + 3) & ~uint64_t{3};
        if (!open.empty()) nodes_[open.back()].children.push_back(nodes_.size());
        open.push_back(nodes_.size());
        nodes_.push_back({*name, {}, {}});
        return true;
    }
    bool add_property(const std::vector<size_t>& open) {
        const auto length = cell(), name_at = cell();
        if (!length || !name_at || open.empty() || properties_++ == max_properties) return false;
        const auto name = text_at(strings_, *name_at);
        const auto value = structure_.part(at_, *length);
        if (!name || !value) return false;
        at_ = (at_ + *length + 3) & ~uint64_t{3};
        nodes_[open.back()].properties.push_back({*name, *value});
        return true;
    }
    std::string walk() {
        std::vector<size_t> open;
        while (const auto token = cell()) {
            const uint64_t where = at_ - 4;
            bool good = true;
            if (*token == begin_node)
                good = add_node(open);
            else if (*token == property)
                good = add_property(open);
            else if (*token == end_node && !open.empty())
                open.pop_back();
            else if (*token == end && open.empty() && !nodes_.empty())
                return "";
            else
                good = *token == nop;
            if (!good) return cat("its tree is damaged at ", hex(where), " of the structure block");
        }
        return "its tree has no end";
    }

    const ByteView& image_;
    ByteView structure_, strings_;
    uint64_t at_ = 0;
    size_t properties_ = 0;
    std::vector<FitNode> nodes_;
};

class FitReader {
public:
    FitReader(const ByteView& image, uint64_t tree_size, std::vector<FitNode> nodes)
        : image_{image}, tree_size_{tree_size}, nodes_{std::move(nodes)} {}

    std::optional<Container> run(std::string& why) {
        out_.format = "FIT";
        const FitNode* images = child(nodes_[0], "images");
        const FitNode* configurations = child(nodes_[0], "configurations");
        const auto chosen = configurations ? configurations->text("default") : std::nullopt;
        const FitNode* configuration = chosen ? child(*configurations, *chosen) : nullptr;
        const auto kernel = configuration ? configuration->text("kernel") : std::nullopt;
        if (!images || !kernel) {
            why = "it has no default configuration with a kernel";
            return std::nullopt;
        }
        out_.facts.push_back(cat("configuration ", *chosen));
        if (!add_image(*images, *kernel, true, why)) return std::nullopt;
        for (const std::string& name : configuration->texts("loadables"))
            if (!add_image(*images, name, false, why)) return std::nullopt;
        return std::move(out_);
    }

private:
    const FitNode* child(const FitNode& node, std::string_view name) const {
        for (const size_t i : node.children)
            if (nodes_[i].name == name) return &nodes_[i];
        return nullptr;
    }
    std::optional<ByteView> data(const FitNode& node) const {
        if (const ByteView* inside = node.property("data")) return *inside;
        const auto size = node.number("data-size");
        if (!size) return std::nullopt;
        if (const auto position = node.number("data-position"))
            return image_.part(*position, *size);
        const auto offset = node.number("data-offset");
        const uint64_t base = (tree_size_ + 3) & ~uint64_t{3};
        if (!offset || *offset > UINT64_MAX - base) return std::nullopt;
        return image_.part(base + *offset, *size);
    }
    void add_sums(const FitNode& image, const ByteView& bytes) {
        for (const size_t i : image.children) {
            const FitNode& hash = nodes_[i];
            if (!hash.name.starts_with("hash")) continue;
            const ByteView* value = hash.property("value");
            const auto method = hash.text("algo");
            if (!value || !method) continue;
            const std::string what = cat("FIT image ", image.name, ": ", *method);
            Digest expected{};
            if (*method == "sha256" && value->size() == expected.size()) {
                value->copy(0, std::as_writable_bytes(std::span{expected}));
                out_.sums.push_back({what, sha256(bytes) == expected, "another", "it"});
            } else if (*method == "crc32" && value->size() == 4) {
                const uint32_t found = crc32(bytes), wanted = big(*value->value<uint32_t>(0));
                out_.sums.push_back({what, found == wanted, hex(found), hex(wanted)});
            } else {
                out_.sums.push_back({what, false, "of a length or method that mkl does not write",
                                     cat(value->size(), " bytes")});
            }
        }
    }
    bool add_image(const FitNode& images, const std::string& name, bool kernel, std::string& why) {
        const FitNode* node = child(images, name);
        const auto bytes = node ? data(*node) : std::nullopt;
        if (!bytes || out_.loadables.size() == max_entries) {
            why = cat("FIT image '", name, "' has no data inside the file");
            return false;
        }
        add_sums(*node, *bytes);
        const uint64_t load = node->number("load").value_or(0);
        out_.facts.push_back(cat("image ", name, ": ", node->text("type").value_or("?"), ", load ",
                                 hex(load), ", ", hex(bytes->size()), " bytes"));
        if (kernel) {
            out_.flat = *bytes;
            out_.load = load;
            out_.entry = node->number("entry");
        } else {
            out_.loadables.push_back({name, load, *bytes});
        }
        return true;
    }

    const ByteView& image_;
    uint64_t tree_size_;
    std::vector<FitNode> nodes_;
    Container out_;
};

}  // namespace

std::optional<Container> open_fit(const ByteView& image, std::string& why) {
    const auto total = image.value<uint32_t>(4);
    if (!total || big(*total) < 40 || !image.holds(0, big(*total))) {
        why = cat("its header says ", total ? hex(big(*total)) : "?", " bytes, the file has ",
                  hex(image.size()));
        return std::nullopt;
    }
    std::vector<FitNode> nodes = Walker{image}.run(why);
    if (nodes.empty()) return std::nullopt;
    return FitReader{image, big(*total), std::move(nodes)}.run(why);
}

}  // namespace mkl::verify
