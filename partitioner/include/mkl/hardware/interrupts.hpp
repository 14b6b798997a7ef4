// SPDX-License-Identifier: BSD-2-Clause
// Interrupt specifiers to lines of the root controller.
#pragma once

#include <optional>
#include <vector>

#include "mkl/hardware/tree_view.hpp"
#include "mkl/model/hardware.hpp"

namespace mkl {

/// An interrupt of a node, with where its specifier stands.
struct ResolvedInterrupt {
    size_t controller = TreeView::none;  ///< that the specifier names; none: broken
    std::optional<Irq> root;             ///< nullopt: ends in a nested controller, or per CPU
    bool per_cpu = false;
    size_t first_cell = 0, cells = 0;  ///< entry in `interrupts` or `interrupts-extended`
};

class InterruptResolver {
public:
    /// `root`: the root controller's node, or none.
    InterruptResolver(const TreeView& tree, size_t root, InterruptControllerType type)
        : tree_{tree}, root_{root}, type_{type} {}

    /// `interrupts-extended` if there is one, else `interrupts` (Spec 2.4.1.1). Empty entries and
    /// what follows a broken one are left out; `broken` tells whether there was one.
    std::vector<ResolvedInterrupt> interrupts(size_t index, bool& broken) const;

    /// Lines that the interrupt-map of `index` can raise, row by row.
    std::vector<ResolvedInterrupt> map_rows(size_t index) const;

private:
    struct Line {
        std::optional<Irq> irq;
        bool per_cpu = false;
    };
    Line resolve(size_t device, size_t controller, Cells specifier, int depth) const;
    Line through_map(size_t nexus, size_t device, Cells specifier, int depth) const;
    Line decode(Cells specifier) const;

    const TreeView& tree_;
    size_t root_;
    InterruptControllerType type_;
};

}  // namespace mkl
