// SPDX-License-Identifier: BSD-2-Clause
// The YAML text as a tree with positions, free of any YAML library. Aliases are expanded, scalars
// are text, keys are unique within a mapping.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mkl/support/diagnostic.hpp"

namespace mkl::manifest {

struct SyntaxEntry;

struct SyntaxNode {
    enum class Kind { null, scalar, sequence, mapping };
    Kind kind = Kind::null;
    std::string text;     ///< scalar
    bool quoted = false;  ///< scalar that was in quotes or a block: never a null
    SourceSpan where;
    std::vector<SyntaxNode> items;     ///< sequence
    std::vector<SyntaxEntry> entries;  ///< mapping, in text order

    const SyntaxEntry* find(std::string_view key) const;
    SyntaxEntry* find(std::string_view key);
};

struct SyntaxEntry {
    std::string key;
    SourceSpan key_where;
    SyntaxNode value;
};

/// Nodes once aliases are expanded, and nesting: 25 lines of nested aliases make 134 million nodes.
inline constexpr size_t max_syntax_nodes = 100'000;
inline constexpr size_t max_syntax_depth = 64;

/// The one document in `file`. nullopt if an error was reported (E002..E007).
std::optional<SyntaxNode> parse_yaml(const std::shared_ptr<const SourceFile>& file,
                                     DiagnosticSink& sink);

/// What people call the kind of a node: "a list".
std::string_view kind_text(const SyntaxNode& node);

}  // namespace mkl::manifest
