// SPDX-License-Identifier: BSD-2-Clause
// Values that may be written in more than one form.
#include <algorithm>

#include "example.hpp"
#include "mkl/support/text.hpp"
#include "numbers.hpp"
#include "reader.hpp"

namespace mkl::manifest {

DeviceSelector selector_from_text(const std::string& text, const SourceSpan& where) {
    DeviceSelector s;
    s.text = text;
    s.where = where;
    if (text.starts_with('&')) {
        s.kind = DeviceSelector::Kind::label;
        s.text = text.substr(1);
    } else if (text.find_first_of("*?") != std::string::npos) {
        s.kind = DeviceSelector::Kind::glob;
    } else if (text.starts_with('/')) {
        s.kind = DeviceSelector::Kind::path;
        while (s.text.size() > 1 && s.text.ends_with('/')) s.text.pop_back();
    } else {
        s.kind = DeviceSelector::Kind::alias;
    }
    return s;
}

void Reader::value(const SyntaxNode& node, const Shape& shape, DeviceSelector& out) {
    if (node.kind == SyntaxNode::Kind::scalar) {
        if (const std::optional<std::string> t = text(node, shape))
            out = selector_from_text(*t, node.where);
        return;
    }
    if (shape.kind != Shape::Kind::any) return wrong_kind(node, shape);
    mapping(node, *shape.any[1], out);
    if (node.find("all-except") != nullptr) out.kind = DeviceSelector::Kind::all_except;
    if (node.find("compatible") != nullptr) out.kind = DeviceSelector::Kind::compatible;
}

void Reader::value(const SyntaxNode& node, const Shape& shape, CpuChoice& out) {
    out.where = node.where;
    if (node.kind != SyntaxNode::Kind::mapping) {
        out.by = CpuChoice::By::index;
        value(node, *shape.any[0], out.number);
        return;
    }
    mapping(node, *shape.any[1], out);
    out.by = node.find("path") != nullptr ? CpuChoice::By::path : CpuChoice::By::hwid;
}

void Reader::value(const SyntaxNode& node, const Shape& shape, KernelChoice& out) {
    out.where = node.where;
    if (node.kind != SyntaxNode::Kind::mapping) {
        if (choice(node, *shape.any[0])) out.kind = KernelKind::builtin;
        return;
    }
    mapping(node, *shape.any[1], out);
    if (node.find("elf") != nullptr) out.kind = KernelKind::elf;
    // Everything else describes a kernel of the user's own.
    for (const SyntaxEntry& e : node.entries)
        if (e.key != "elf" && e.key != "builtin" && out.kind != KernelKind::elf &&
            std::any_of(shape.any[1]->keys.begin(), shape.any[1]->keys.end(),
                        [&](const KeyDoc& k) { return k.name == e.key; }))
            sink_.report({.id = "E107",
                          .where = e.key_where,
                          .message = cat("`", e.key, "` needs a kernel of your own (`elf:`)"),
                          .hint = "add `elf:`, or remove this key"});
}

void Reader::value(const SyntaxNode& node, const Shape& shape, MemoryRequest& out) {
    out.where = node.where;
    if (node.kind == SyntaxNode::Kind::mapping)
        mapping(node, *shape.any[1], out);
    else
        value(node, *shape.any[0], out.size);
}

void Reader::value(const SyntaxNode& node, const Shape& shape, std::vector<MemoryRequest>& out) {
    const Shape& one = *shape.any[0];
    if (node.kind != SyntaxNode::Kind::sequence) return value(node, one, out.emplace_back());
    if (node.items.empty())
        sink_.report({.id = "E103",
                      .where = node.where,
                      .message = cat("expected ", shape.what, ", found an empty list"),
                      .hint = kind_hint(node, shape)});
    for (const SyntaxNode& item : node.items) value(item, one, out.emplace_back());
}

void Reader::value(const SyntaxNode& node, const Shape& shape, DmaTrust& out) {
    if (node.kind == SyntaxNode::Kind::mapping)
        mapping(node, *shape.any[1], out);
    else
        value(node, *shape.any[0], out.device);
}

void Reader::value(const SyntaxNode& node, const Shape& shape, Rights& out) {
    if (const std::optional<size_t> i = choice(node, shape))
        out = *i == 0 ? Rights::read_write : Rights::read_only;
}

void Reader::value(const SyntaxNode& node, const Shape& shape, ConnectionType& out) {
    if (const std::optional<size_t> i = choice(node, shape)) out = static_cast<ConnectionType>(*i);
}

void Reader::value(const SyntaxNode& node, const Shape& shape, EndName& out) {
    out.where = node.where;
    const std::optional<std::string> t = text(node, shape);
    if (!t) return;
    const size_t dot = t->find('.');
    if (dot == std::string::npos || dot == 0 || dot + 1 == t->size() ||
        t->find('.', dot + 1) != std::string::npos) {
        sink_.report({.id = "E103",
                      .where = node.where,
                      .message = cat("expected ", shape.what, ", found `", *t, "`"),
                      .hint = dot == std::string::npos ? cat("write e.g. `", *t, ".NAME`")
                                                       : kind_hint(node, shape)});
        return;
    }
    out.owner = t->substr(0, dot);
    out.name = t->substr(dot + 1);
}

/// "0-7" or "5": adds the SGI ids.
void Reader::sgi_range(const SyntaxNode& node, const Shape& shape, std::vector<uint32_t>& out) {
    const std::optional<std::string> t = text(node, shape);
    if (!t) return;
    const size_t dash = std::min(t->find('-'), t->size());
    const Number first = parse_integer(std::string_view{*t}.substr(0, dash), false);
    const Number last =
        dash == t->size() ? first : parse_integer(std::string_view{*t}.substr(dash + 1), false);
    if (!first.value || !last.value || *last.value > 15 || *first.value > *last.value) {
        sink_.report({.id = "E104",
                      .where = node.where,
                      .message = cat("expected ", shape.what, ", found `", *t, "`"),
                      .hint = "software generated interrupts are numbered 0 to 15"});
        return;
    }
    for (uint64_t id = *first.value; id <= *last.value; id++)
        out.push_back(static_cast<uint32_t>(id));
}

/// A range, or a list of them: SGI ids, ascending.
void Reader::value(const SyntaxNode& node, const Shape& shape, std::vector<uint32_t>& out) {
    const Shape& range = *shape.any[0];
    if (node.kind == SyntaxNode::Kind::sequence)
        for (const SyntaxNode& item : node.items) sgi_range(item, range, out);
    else
        sgi_range(node, range, out);
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
}

}  // namespace mkl::manifest
