// SPDX-License-Identifier: BSD-2-Clause
// A flattened tree (Devicetree Specification v0.4, chapter 5) whose properties hold the payload,
// read in place: a tree of gigabytes is walked, never copied.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mkl/verify/byte_view.hpp"

namespace mkl::verify {

/// Bytes [begin, end) of the structure block.
struct TokenSpan {
    uint64_t begin = 0, end = 0;
};
struct FitProperty {
    std::string name;
    ByteView value;
    TokenSpan span;
    uint64_t name_end = 0;  ///< of the name in the strings block, its NUL included
};
struct FitNode {
    std::string name, path;
    std::vector<FitProperty> properties;
    std::vector<size_t> children;
    TokenSpan begin, end;
    std::vector<TokenSpan> nops;

    const ByteView* property(std::string_view wanted) const;
    std::optional<std::string> text(std::string_view wanted) const;
    std::vector<std::string> texts(std::string_view wanted) const;
    /// One cell or two.
    std::optional<uint64_t> number(std::string_view wanted) const;
};
struct FitTree {
    std::vector<FitNode> nodes;  ///< in the order of the file, the root first
    ByteView structure, strings;
    TokenSpan finish;         ///< FDT_END
    uint64_t total_size = 0;  ///< data outside the tree starts behind it

    const FitNode* child(const FitNode& node, std::string_view name) const;
};

/// nullopt and `why` if it is none, or is damaged.
std::optional<FitTree> read_fit_tree(const ByteView& image, std::string& why);

}  // namespace mkl::verify
