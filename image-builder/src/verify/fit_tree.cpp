// SPDX-License-Identifier: BSD-2-Clause
#include "fit_tree.hpp"

#include "mkl/support/text.hpp"

namespace mkl::verify {

namespace {

constexpr size_t max_nodes = 65536, max_properties = 65536, max_depth = 64;
constexpr size_t max_name = 256, max_text = 65536;

uint32_t big(uint32_t value) { return __builtin_bswap32(value); }

class Walker {
public:
    explicit Walker(const ByteView& image) : image_{image} {}

    std::optional<FitTree> run(std::string& why) {
        const auto total = image_.value<uint32_t>(4);
        if (!total || big(*total) < header_size || !image_.holds(0, big(*total))) {
            why = cat("its header says ", total ? hex(big(*total)) : "?", " bytes, the file has ",
                      hex(image_.size()));
            return std::nullopt;
        }
        std::vector<uint32_t> header(header_size / 4);
        image_.copy(0, std::as_writable_bytes(std::span{header}));
        const auto field = [&](size_t i) { return big(header[i]); };
        const auto structure = image_.part(field(2), field(9));
        const auto strings = image_.part(field(3), field(8));
        if (!structure || !strings || field(5) < 17) {
            why = "its tree is not of version 17 or reaches past its end";
            return std::nullopt;
        }
        out_.total_size = big(*total);
        out_.structure = *structure;
        out_.strings = *strings;
        why = walk();
        return why.empty() ? std::optional{std::move(out_)} : std::nullopt;
    }

private:
    // Devicetree Specification 5.4.1
    static constexpr uint32_t begin_node = 1, end_node = 2, property = 3, nop = 4, end = 9;
    static constexpr uint32_t header_size = 40;

    std::optional<uint32_t> cell() {
        const auto value = out_.structure.value<uint32_t>(at_);
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
    bool add_node(uint64_t where) {
        const auto name = text_at(out_.structure, at_);
        if (!name || out_.nodes.size() == max_nodes || open_.size() == max_depth ||
            (open_.empty() && !out_.nodes.empty()))
            return false;
        at_ = (at_ + name->size() + 1 + 3) & ~uint64_t{3};
        FitNode node;
        node.name = *name;
        node.begin = {where, at_};
        if (open_.empty()) {
            node.path = "/";
        } else {
            FitNode& parent = out_.nodes[open_.back()];
            node.path = cat(parent.path == "/" ? "" : parent.path, "/", *name);
            parent.children.push_back(out_.nodes.size());
        }
        open_.push_back(out_.nodes.size());
        out_.nodes.push_back(std::move(node));
        return true;
    }
    bool add_property(uint64_t where) {
        const auto length = cell(), name_at = cell();
        if (!length || !name_at || open_.empty() || properties_++ == max_properties) return false;
        const auto name = text_at(out_.strings, *name_at);
        const auto value = out_.structure.part(at_, *length);
        if (!name || !value) return false;
        at_ = (at_ + *length + 3) & ~uint64_t{3};
        out_.nodes[open_.back()].properties.push_back({
            *name, *value, {where, at_},
              uint64_t{*name_at    }
              + name->size() + 1
        });
        return true;
    }
    bool take(uint32_t token, uint64_t where) {
        if (token == begin_node) return add_node(where);
        if (token == property) return add_property(where);
        if (token == nop) {
            if (!open_.empty()) out_.nodes[open_.back()].nops.push_back({where, at_});
            return true;
        }
        if (token != end_node || open_.empty()) return false;
        out_.nodes[open_.back()].end = {where, at_};
        open_.pop_back();
        return true;
    }
    std::string walk() {
        while (const auto token = cell()) {
            const uint64_t where = at_ - 4;
            if (*token == end && open_.empty() && !out_.nodes.empty()) {
                out_.finish = {where, at_};
                return "";
            }
            if (!take(*token, where))
                return cat("its tree is damaged at ", hex(where), " of the structure block");
        }
        return "its tree has no end";
    }

    const ByteView& image_;
    uint64_t at_ = 0;
    size_t properties_ = 0;
    std::vector<size_t> open_;
    FitTree out_;
};

}  // namespace

const ByteView* FitNode::property(std::string_view wanted) const {
    for (const FitProperty& p : properties)
        if (p.name == wanted) return &p.value;
    return nullptr;
}

std::optional<std::string> FitNode::text(std::string_view wanted) const {
    const auto all = texts(wanted);
    return all.empty() ? std::nullopt : std::optional{all.front()};
}

std::vector<std::string> FitNode::texts(std::string_view wanted) const {
    std::vector<std::string> out;
    const ByteView* value = property(wanted);
    if (!value || value->size() == 0 || value->size() > max_text) return out;
    std::string all(value->size(), '\0');
    value->copy(0, std::as_writable_bytes(std::span{all}));
    if (all.back() != '\0') return out;
    for (size_t at = 0; at < all.size(); at += out.back().size() + 1)
        out.emplace_back(all.c_str() + at);
    return out;
}

std::optional<uint64_t> FitNode::number(std::string_view wanted) const {
    const ByteView* value = property(wanted);
    if (!value) return std::nullopt;
    const auto high = value->value<uint32_t>(0), low = value->value<uint32_t>(4);
    if (value->size() == 4 && high) return big(*high);
    if (value->size() == 8 && low) return uint64_t{big(*high)} << 32 | big(*low);
    return std::nullopt;
}

const FitNode* FitTree::child(const FitNode& node, std::string_view name) const {
    for (const size_t i : node.children)
        if (nodes[i].name == name) return &nodes[i];
    return nullptr;
}

std::optional<FitTree> read_fit_tree(const ByteView& image, std::string& why) {
    return Walker{image}.run(why);
}

}  // namespace mkl::verify
