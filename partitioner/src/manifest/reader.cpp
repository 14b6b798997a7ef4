// SPDX-License-Identifier: BSD-2-Clause
#include "reader.hpp"

#include <algorithm>

#include "example.hpp"
#include "mkl/support/text.hpp"
#include "numbers.hpp"

namespace mkl::manifest {

namespace {

bool is_one_of(std::string_view name, const std::vector<std::string_view>& list) {
    return std::find(list.begin(), list.end(), name) != list.end();
}

/// "`a`, `b` or `c`".
std::string any_of(const std::vector<std::string_view>& words) {
    std::string out;
    for (size_t i = 0; i < words.size(); i++) {
        if (i != 0) out += i + 1 == words.size() ? " or " : ", ";
        out += cat('`', words[i], '`');
    }
    return out;
}

}  // namespace

void Reader::wrong_kind(const SyntaxNode& node, const Shape& shape) {
    sink_.report({.id = "E103",
                  .where = node.where,
                  .message = cat("expected ", shape.what, ", found ", kind_text(node)),
                  .hint = kind_hint(node, shape)});
}

bool Reader::expect(const SyntaxNode& node, const Shape& shape, SyntaxNode::Kind kind) {
    if (node.kind == kind) return true;
    const bool may_be_empty = shape.kind == Shape::Kind::named || shape.kind == Shape::Kind::list;
    if (node.kind != SyntaxNode::Kind::null || !may_be_empty) wrong_kind(node, shape);
    return false;
}

void Reader::check_keys(const SyntaxNode& node, const Shape& shape) {
    std::vector<std::string> misspelt;  // keys that an unknown one was probably meant to be
    for (const SyntaxEntry& e : node.entries) {
        const auto same = [&](const KeyDoc& k) { return k.name == e.key; };
        if (std::any_of(shape.keys.begin(), shape.keys.end(), same)) continue;
        std::vector<std::string> names;
        for (const KeyDoc& k : shape.keys) names.emplace_back(k.name);
        const std::string near = did_you_mean(e.key, names);
        if (!near.empty()) misspelt.push_back(near);
        std::vector<std::string_view> known{names.begin(), names.end()};
        sink_.report({.id = "E101",
                      .where = e.key_where,
                      .message = cat("unknown key `", e.key, "`"),
                      .hint = near.empty() ? cat("known here: ", any_of(known))
                                           : cat("did you mean `", near, "`?")});
    }
    for (const KeyDoc& k : shape.keys)
        if (k.required && node.find(k.name) == nullptr &&
            std::find(misspelt.begin(), misspelt.end(), k.name) == misspelt.end())
            sink_.report({.id = "E102",
                          .where = node.where,
                          .message = cat("the key `", k.name, "` is missing here"),
                          .hint = cat("add `", k.name, ":`, ", k.shape->what)});
    const auto present = [&](std::string_view k) {
        return node.find(k) != nullptr ||
               std::find(misspelt.begin(), misspelt.end(), k) != misspelt.end();
    };
    if (!shape.needs_one.empty() &&
        std::none_of(shape.needs_one.begin(), shape.needs_one.end(), present))
        sink_.report(
            {.id = "E102",
             .where = node.where,
             .message = cat("one of the keys ", any_of(shape.needs_one), " is needed here"),
             .hint = cat("write e.g. `", example_of(shape), "`")});
    const SyntaxEntry* first = nullptr;
    for (const SyntaxEntry& e : node.entries) {
        if (!is_one_of(e.key, shape.at_most_one)) continue;
        if (first != nullptr)
            sink_.report({.id = "E107",
                          .where = e.key_where,
                          .message = cat("`", e.key, "` and `", first->key,
                                         "` exclude each other; only one may be given"),
                          .notes = {{first->key_where, "the other one"}},
                          .hint = "remove one"});
        else
            first = &e;
    }
}

void Reader::check_scopes(const SyntaxNode& node, const Shape& shape) {
    for (const KeyScope& s : shape.scopes) {
        const SyntaxEntry* const e = node.find(s.key);
        const SyntaxEntry* const by = node.find(s.by);
        if (e == nullptr || by == nullptr || is_one_of(by->value.text, s.values)) continue;
        const auto choice = std::find_if(shape.keys.begin(), shape.keys.end(),
                                         [&](const KeyDoc& k) { return k.name == s.by; });
        if (!is_one_of(by->value.text, choice->shape->choices)) continue;  // E103, E106
        sink_.report({.id = "E107",
                      .where = e->key_where,
                      .message = cat("`", s.key, "` has no meaning beside `", s.by, ": ",
                                     by->value.text, "`, only beside ", any_of(s.values)),
                      .notes = {{by->value.where, cat("the ", s.by)}},
                      .hint = cat("remove `", s.key, ":`")});
    }
}

std::optional<std::string> Reader::text(const SyntaxNode& node, const Shape& shape) {
    if (node.kind != SyntaxNode::Kind::scalar) {
        wrong_kind(node, shape);
        return std::nullopt;
    }
    if (node.text.empty()) {
        sink_.report({.id = "E103",
                      .where = node.where,
                      .message = cat("expected ", shape.what, ", found empty text"),
                      .hint = kind_hint(node, shape)});
        return std::nullopt;
    }
    return node.text;
}

std::optional<uint64_t> Reader::number(const SyntaxNode& node, const Shape& shape) {
    if (node.kind != SyntaxNode::Kind::scalar) {
        wrong_kind(node, shape);
        return std::nullopt;
    }
    const bool is_size = shape.kind == Shape::Kind::size;
    Number n = shape.kind == Shape::Kind::duration ? parse_duration(node.text)
                                                   : parse_integer(node.text, is_size);
    if (!n.value) {
        sink_.report({.id = "E104",
                      .where = node.where,
                      .message = cat("expected ", shape.what, ": ", n.why),
                      .hint = n.hint.empty() ? range_hint(shape, !node.text.starts_with('-'))
                                             : std::move(n.hint)});
        return std::nullopt;
    }
    if (*n.value < shape.min || *n.value > shape.max) {
        const bool open = shape.max == UINT64_MAX;
        const auto show = [&](uint64_t v) { return is_size ? size_text(v) : std::to_string(v); };
        sink_.report({.id = "E105",
                      .where = node.where,
                      .message = cat("`", node.text, "` is out of range: ",
                                     open ? cat("at least ", show(shape.min))
                                          : cat(show(shape.min), " to ", show(shape.max))),
                      .hint = range_hint(shape, *n.value > shape.max)});
        return std::nullopt;
    }
    return n.value;
}

std::optional<size_t> Reader::choice(const SyntaxNode& node, const Shape& shape) {
    const std::optional<std::string> t = text(node, shape);
    if (!t) return std::nullopt;
    for (size_t i = 0; i < shape.choices.size(); i++)
        if (shape.choices[i] == *t) return i;
    const std::vector<std::string> words{shape.choices.begin(), shape.choices.end()};
    const std::string near = did_you_mean(*t, words);
    sink_.report({.id = "E106",
                  .where = node.where,
                  .message = cat("`", *t, "` is not ", shape.what, ": ", any_of(shape.choices)),
                  .hint = near.empty() ? cat("write one of them, e.g. `", example_of(shape), "`")
                                       : cat("did you mean `", near, "`?")});
    return std::nullopt;
}

void Reader::value(const SyntaxNode& node, const Shape& shape, std::string& out) {
    if (shape.kind == Shape::Kind::choice) {
        if (const std::optional<size_t> i = choice(node, shape)) out = shape.choices[*i];
    } else if (std::optional<std::string> t = text(node, shape)) {
        out = std::move(*t);
    }
}

void Reader::value(const SyntaxNode& node, const Shape& shape, bool& out) {
    if (node.kind != SyntaxNode::Kind::scalar) return wrong_kind(node, shape);
    if (node.text == "true" || node.text == "false") {
        out = node.text == "true";
        return;
    }
    const bool yes = node.text == "yes" || node.text == "on" || node.text == "True";
    const bool no = node.text == "no" || node.text == "off" || node.text == "False";
    sink_.report({.id = "E106",
                  .where = node.where,
                  .message = cat("`", node.text, "` is not `true` or `false`"),
                  .hint = yes  ? "write true"
                          : no ? "write false"
                               : "write true or false"});
}

void Reader::value(const SyntaxNode& node, const Shape& shape, uint64_t& out) {
    if (const std::optional<uint64_t> n = number(node, shape)) out = *n;
}

void Reader::value(const SyntaxNode& node, const Shape& shape, uint32_t& out) {
    if (const std::optional<uint64_t> n = number(node, shape)) out = static_cast<uint32_t>(*n);
}

}  // namespace mkl::manifest
