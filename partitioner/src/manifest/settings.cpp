// SPDX-License-Identifier: BSD-2-Clause
#include "settings.hpp"

#include <algorithm>

#include "mkl/support/text.hpp"
#include "numbers.hpp"

namespace mkl::manifest {

namespace {

/// Every position of a setting's value is this one: the whole argument.
void relocate(SyntaxNode& node, const SourceSpan& where) {
    node.where = where;
    for (SyntaxNode& item : node.items) relocate(item, where);
    for (SyntaxEntry& e : node.entries) {
        e.key_where = where;
        relocate(e.value, where);
    }
}

/// The child of `node`, which `path` names, that one more word names, made if it is a new key;
/// nullptr after a finding.
SyntaxNode* step(SyntaxNode& node, std::string_view path, std::string_view word,
                 const SourceSpan& where, DiagnosticSink& sink) {
    if (node.kind == SyntaxNode::Kind::null) node.kind = SyntaxNode::Kind::mapping;
    if (node.kind == SyntaxNode::Kind::mapping) {
        if (SyntaxEntry* e = node.find(word)) return &e->value;
        SyntaxNode empty;
        empty.where = where;
        node.entries.push_back({std::string{word}, where, std::move(empty)});
        return &node.entries.back().value;
    }
    const std::string whole = path.empty() ? "a system is a mapping, `mkl: 1` its first key"
                                           : cat("set all of it: --set ", path, "=VALUE");
    if (node.kind == SyntaxNode::Kind::sequence) {
        const Number index = parse_integer(word, false);
        if (index.value && *index.value < node.items.size())
            return &node.items[static_cast<size_t>(*index.value)];
        sink.report({.id = "E109",
                     .where = where,
                     .message = cat("`", word, "` is not an element of this list, which has ",
                                    node.items.size()),
                     .notes = {{node.where, "the list"}},
                     .hint = node.items.empty() ? whole
                                                : cat("elements are 0 to ", node.items.size() - 1,
                                                      "; or ", whole)});
        return nullptr;
    }
    sink.report({.id = "E109",
                 .where = where,
                 .message = cat("there is nothing below a plain value to set `", word, "` in"),
                 .notes = {{node.where, "the value"}},
                 .hint = whole});
    return nullptr;
}

}  // namespace

void apply_setting(SyntaxNode& root, const Setting& setting, DiagnosticSink& sink) {
    const auto file = std::make_shared<SourceFile>();
    const std::string text = cat(setting.key, "=", setting.value);
    file->path = setting.origin;
    file->text = std::string(setting.line - 1, '\n') + text;
    const SourceSpan where{file, setting.line, 1, static_cast<uint32_t>(text.size()), ""};

    const auto value_file = std::make_shared<SourceFile>();
    value_file->path = setting.origin;
    value_file->text = setting.value;
    SyntaxNode value;
    if (setting.value.find_first_not_of(" \t") != std::string::npos) {
        std::optional<SyntaxNode> parsed = parse_yaml(value_file, sink);
        if (!parsed) return;
        value = std::move(*parsed);
    }
    relocate(value, where);

    SyntaxNode* node = &root;
    std::string_view rest = setting.key;
    size_t depth = 0;
    for (;;) {
        const size_t dot = std::min(rest.find('.'), rest.size());
        if (dot == 0 || ++depth > max_syntax_depth) {
            sink.report({.id = "E109",
                         .where = where,
                         .message = cat("`", setting.key, "` is not a dotted path"),
                         .hint = "write e.g. --set nodes.node0.memory=64M"});
            return;
        }
        std::string_view path = setting.key;
        path.remove_suffix(std::min(rest.size() + 1, path.size()));
        node = step(*node, path, rest.substr(0, dot), where, sink);
        if (node == nullptr) return;
        if (dot == rest.size()) break;
        rest.remove_prefix(dot + 1);
    }
    *node = std::move(value);
}

}  // namespace mkl::manifest
