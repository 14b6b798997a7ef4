// SPDX-License-Identifier: BSD-2-Clause
#include "example.hpp"

#include "mkl/support/join.hpp"
#include "mkl/support/text.hpp"

namespace mkl::manifest {

namespace {

/// With the keys that it needs; one, if it needs none.
std::string mapping_example(const Shape& shape) {
    std::vector<const KeyDoc*> keys;
    for (const KeyDoc& k : shape.keys) {
        const bool one = !shape.needs_one.empty() && k.name == shape.needs_one.front();
        if (k.required || one) keys.push_back(&k);
    }
    if (keys.empty() && !shape.keys.empty()) keys.push_back(&shape.keys.front());
    return cat(
        "{", join(keys, [](const KeyDoc* k) { return cat(k->name, ": ", example_of(*k->shape)); }),
        "}");
}

bool may_be_plain(const Shape& shape) {
    if (shape.kind == Shape::Kind::any) return may_be_plain(*shape.any.front());
    return shape.kind < Shape::Kind::keys;
}

}  // namespace

std::string example_of(const Shape& shape) {
    if (!shape.example.empty()) return std::string{shape.example};
    switch (shape.kind) {
    case Shape::Kind::text:
        return "TEXT";
    case Shape::Kind::integer:
        return std::to_string(shape.min);
    case Shape::Kind::size:
        return "64M";
    case Shape::Kind::duration:
        return "2ms";
    case Shape::Kind::boolean:
        return "true";
    case Shape::Kind::choice:
        return std::string{shape.choices.front()};
    case Shape::Kind::keys:
        return mapping_example(shape);
    case Shape::Kind::named:
        return cat("{NAME: ", example_of(*shape.item), "}");
    case Shape::Kind::list:
        return cat("[", example_of(*shape.item), "]");
    case Shape::Kind::any:
        return example_of(*shape.any.front());
    }
    return "";
}

std::string kind_hint(const SyntaxNode& node, const Shape& shape) {
    const bool plain = node.kind == SyntaxNode::Kind::scalar && !node.text.empty();
    if (plain && shape.kind == Shape::Kind::list && may_be_plain(*shape.item))
        return node.quoted ? cat("write `[\"", node.text, "\"]`")
                           : cat("write `[", node.text, "]`");
    return cat("write e.g. `", example_of(shape), "`");
}

std::string range_hint(const Shape& shape, bool above) {
    return above && shape.max != UINT64_MAX ? cat("write at most ", shape.max)
                                            : cat("write e.g. `", example_of(shape), "`");
}

}  // namespace mkl::manifest
