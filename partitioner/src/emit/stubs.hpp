// SPDX-License-Identifier: BSD-2-Clause
// Providers that a node does not have. On six boards of seven ten or more devices hang on one
// clock or reset controller, so a split leaves most devices without their providers. What firmware
// set up stays: a clock becomes a fixed-clock of the rate that the tree states, anything else that
// a driver would ask for (reset, power domain, pin state, DMA channel) is not asked for.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "mkl/hardware/references.hpp"
#include "selection.hpp"

namespace mkl {

class Stubs {
public:
    Stubs(const TreeView& base, const Selection& selection);

    /// Takes the references to absent providers out of an enabled node (`out` is the copy of base
    /// node `index`, other cuts made).
    void apply(size_t index, DtNode& out);

    /// The fixed clocks that apply() referred to, as children of the root.
    void append_nodes(DtNode& root) const;

private:
    using Specifier = std::vector<uint32_t>;  ///< phandle and arguments
    struct Clock {
        uint32_t phandle = 0;
        uint32_t rate = 0;  ///< Hz; 0: the tree does not say
    };

    bool is_off(const Reference& reference) const;
    uint32_t phandle_for(const Specifier& specifier, uint32_t rate_if_unknown);
    Bytes stubbed_clocks(size_t index, const DtProperty& clocks);

    const TreeView& base_;
    const Selection& selection_;
    std::set<uint32_t> used_;  ///< phandles; filled when the first stub is made
    std::optional<std::map<Specifier, uint32_t>> rates_;  ///< assigned anywhere in the tree
    std::vector<Clock> clocks_;
    std::map<Specifier, uint32_t> phandles_;  ///< of clocks_
};

}  // namespace mkl
