// SPDX-License-Identifier: BSD-2-Clause
// The phandles in a tree: which property of which node names which other node, with how many
// argument cells. The knowledge is one table (references.cpp); everything that follows, cuts or
// proves references reads it here.
#pragma once

#include <string_view>
#include <vector>

#include "mkl/hardware/tree_view.hpp"

namespace mkl {

/// What a reference means to a partition.
enum class ReferenceKind {
    provider,   ///< the target is programmed or driven for the node: clock, reset, pin group, ...
    interrupt,  ///< the target takes its interrupt
    memory,     ///< a reserved-memory region
    link,       ///< anything else: remote endpoints, caches, affinities
};

struct Reference {
    const DtProperty* property = nullptr;
    ReferenceKind kind = ReferenceKind::link;
    size_t first_cell = 0;  ///< of its whole entry in the property
    size_t cell = 0;        ///< of the phandle
    size_t cells = 0;       ///< of the whole entry
    uint32_t phandle = 0;
    size_t target = TreeView::none;
    bool complete = true;     ///< target exists, says its #*-cells, and the property holds them all
    std::string_view broken;  ///< why it is not complete
};

/// All references of node `index`, in property order. After the first broken one of a property
/// the rest of that property cannot be cut into entries and is left out.
std::vector<Reference> references(const TreeView& tree, size_t index);

}  // namespace mkl
