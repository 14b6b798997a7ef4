// SPDX-License-Identifier: BSD-2-Clause
// The proof over the emitted bytes. It knows the plan and the base tree, not how the tree was made.
#include <algorithm>
#include <charconv>
#include <set>

#include "mkl/emit/emit.hpp"
#include "mkl/hardware/hardware.hpp"
#include "mkl/hardware/references.hpp"
#include "mkl/support/text.hpp"
#include "selection.hpp"

namespace mkl {

namespace {

bool same(const DtNode& a, const DtNode& b) {
    const auto equal_properties = [](const DtProperty& x, const DtProperty& y) {
        return x.name == y.name && x.value == y.value;
    };
    return a.name == b.name &&
           std::equal(a.properties.begin(), a.properties.end(), b.properties.begin(),
                      b.properties.end(), equal_properties) &&
           std::equal(a.children.begin(), a.children.end(), b.children.begin(), b.children.end(),
                      same);
}

/// Whether the unit address of a node is the first address of its reg; nullopt if it has no unit
/// address or no reg.
std::optional<bool> unit_address_fits(const TreeView& tree, size_t index) {
    const TreeNode& n = tree[index];
    const size_t at = n.node->name.find('@');
    const Cells reg{n.node->property("reg")};
    if (at == std::string::npos || n.parent == TreeView::none || reg.size() == 0)
        return std::nullopt;
    const uint32_t ac = tree.address_cells(n.parent);
    if (ac == 0 || ac > 2 || reg.size() < ac) return std::nullopt;
    return n.node->name.substr(at + 1) == hex(reg.number(0, ac)).substr(2);
}

class Proof {
public:
    Proof(const TreeView& tree, const TreeView& base, const Plan& plan, size_t node,
          const Hardware& hardware, DiagnosticSink& sink)
        : tree_{tree}, base_{base}, plan_{plan}, node_{node}, hardware_{hardware}, sink_{sink} {
        for (const PlanNode& n : plan.nodes) {
            claimed_.push_back(claimed_nodes(tree, n));
            above_.push_back(nodes_above_claims(tree, n));
        }
    }

    void run() {
        phandles();
        for (size_t i = 0; i < tree_.size(); i++) {
            const size_t in_base = base_.find(tree_[i].path);
            prove_references(i, in_base);
            prove_interrupt_parent(i, in_base);
            prove_unit_address(i, in_base);
            prove_owner(i);
            for (const DtProperty& p : tree_[i].node->properties)
                if (is_seed(p.name)) fail("E457", i, cat("the tree still has the seed ", p.name));
        }
        prove_cpus();
        prove_memory();
    }

private:
    const PlanNode& mine() const { return plan_.nodes.at(node_); }

    void fail(std::string_view id, size_t index, std::string_view what) {
        SourceSpan where = hardware_.source;
        where.node = tree_[index].path;
        sink_.report(
            {id,
             where,
             cat("node.dtb of ", mine().name, ", ", tree_[index].path, ": ", what),
             {},
             "this is a fault of mkl, or a tree that it does not understand: please report "
             "it with the board's tree"});
    }

    void phandles() {
        std::set<uint32_t> seen, twice_in_base;
        for (size_t i = 0; i < base_.size(); i++)
            if (base_[i].phandle != 0 && !seen.insert(base_[i].phandle).second)
                twice_in_base.insert(base_[i].phandle);
        seen.clear();
        for (size_t i = 0; i < tree_.size(); i++)
            if (tree_[i].phandle != 0 && !seen.insert(tree_[i].phandle).second &&
                twice_in_base.count(tree_[i].phandle) == 0)
                fail("E450", i, cat("phandle ", hex(tree_[i].phandle), " stands twice"));
    }

    /// What is broken in the board's own tree in the same way is not ours.
    bool was_broken(size_t in_base, const Reference& r) const {
        if (in_base == TreeView::none) return false;
        for (const Reference& b : references(base_, in_base))
            // Its place in the property may differ: entries before it may be cut or stood in for.
            if (!b.complete && b.property->name == r.property->name && b.phandle == r.phandle)
                return true;
        return false;
    }

    void prove_references(size_t index, size_t in_base) {
        for (const Reference& r : references(tree_, index)) {
            if (tree_[index].enabled && r.kind == ReferenceKind::provider && r.complete &&
                !tree_[r.target].enabled)
                fail("E459", index,
                     cat(r.property->name, " names ", tree_[r.target].path,
                         ", which is not enabled"));
            if (r.complete || was_broken(in_base, r)) continue;
            const bool dangling = r.phandle != 0 && r.target == TreeView::none;
            fail(dangling ? "E450" : "E451", index,
                 cat(r.property->name, ", cell ", r.cell, " (", hex(r.phandle), "): ", r.broken));
        }
    }

    void prove_interrupt_parent(size_t index, size_t in_base) {
        const DtNode& node = *tree_[index].node;
        const DtProperty* lines = node.property("interrupts");
        if (lines == nullptr || lines->value.empty()) return;
        const size_t parent = tree_.interrupt_parent(index);
        const size_t base_parent =
            in_base == TreeView::none ? TreeView::none : base_.interrupt_parent(in_base);
        if (parent == TreeView::none) {
            if (base_parent != TreeView::none) fail("E452", index, "its interrupt parent is gone");
            return;
        }
        if (base_parent != TreeView::none && base_[base_parent].path != tree_[parent].path)
            fail("E452", index,
                 cat("its interrupt parent is ", tree_[parent].path, ", on the board ",
                     base_[base_parent].path));
        const uint32_t width = tree_.cells_of(parent, "#interrupt-cells", 0);
        const bool whole = width != 0 && lines->value.size() % (4 * size_t{width}) == 0;
        const DtProperty* was =
            in_base == TreeView::none ? nullptr : base_[in_base].node->property("interrupts");
        if (!whole && (was == nullptr || was->value != lines->value))
            fail("E451", index, "its interrupts end inside a specifier");
    }

    void prove_unit_address(size_t index, size_t in_base) {
        const auto fits = unit_address_fits(tree_, index);
        if (!fits || *fits) return;
        if (in_base != TreeView::none && unit_address_fits(base_, in_base) == false) return;
        fail("E453", index, "its unit address is not the first address of its reg");
    }

    /// An enabled device with registers is claimed by this node, or is the interrupt controller.
    void prove_owner(size_t index) {
        const std::string& path = tree_[index].path;
        if (!tree_[index].enabled || tree_[index].node->property("reg") == nullptr ||
            path == hardware_.controller.path || is_within(path, "/cpus") ||
            is_within(path, "/reserved-memory") ||
            tree_[index].node->text("device_type") == "memory" || claimed_[node_][index] ||
            is_above_claim(index))
            return;
        const auto registers = tree_.registers(index);
        if (registers.empty()) return;
        for (size_t other = 0; other < plan_.nodes.size(); other++)
            if (claimed_[other][index])
                return fail("E456", index,
                            cat("it is enabled, but belongs to ", plan_.nodes[other].name));
        fail("E456", index,
             cat("it is enabled with registers ", registers.front(), ", but nobody claims it"));
    }
    /// A device whose child the node has must run for the child to work; its registers are the
    /// node's unless another one claims it.
    bool is_above_claim(size_t index) const {
        if (!above_[node_][index]) return false;
        for (size_t other = 0; other < plan_.nodes.size(); other++)
            if (other != node_ && (claimed_[other][index] || above_[other][index])) return false;
        return true;
    }

    void prove_cpus() {
        bool own = false;
        const size_t cpus = tree_.find("/cpus");
        for (size_t i = cpus == TreeView::none ? tree_.size() : cpus + 1;
             i < (cpus == TreeView::none ? 0 : tree_[cpus].end); i = tree_[i].end) {
            if (tree_[i].node->text("device_type") != "cpu") continue;
            const auto cpu = std::find_if(hardware_.cpus.begin(), hardware_.cpus.end(),
                                          [&](const Cpu& c) { return c.path == tree_[i].path; });
            if (cpu == hardware_.cpus.end() || cpu->index != mine().cpu_index) {
                fail("E454", i, "this CPU is not the node's");
            } else {
                own = true;
            }
        }
        if (!own) fail("E454", 0, cat("the node's CPU ", mine().cpu_index, " is not in the tree"));
    }

    void prove_memory() {
        std::vector<PhysRange> ram;
        for (size_t i = 0; i < tree_.size(); i++) {
            if (tree_[i].node->text("device_type") != "memory" || !tree_[i].enabled) continue;
            const auto ranges = tree_.registers(i);
            ram.insert(ram.end(), ranges.begin(), ranges.end());
        }
        if (normalise(ram) != normalise(mine().memory))
            fail("E455", 0, "its memory nodes do not say exactly the node's RAM");
        const size_t reserved = tree_.find("/reserved-memory");
        for (size_t i = reserved == TreeView::none ? tree_.size() : reserved + 1;
             i < (reserved == TreeView::none ? 0 : tree_[reserved].end); i = tree_[i].end)
            for (const PhysRange r : tree_.registers(i))
                for (const PlanNode& other : plan_.nodes)
                    for (const PhysRange theirs : other.memory)
                        if (&other != &mine() && theirs.overlaps(r))
                            fail("E455", i, cat("it reserves RAM of ", other.name));
        prove_files(reserved);
    }

    /// Each in a region of its own that `no-map` keeps from kernels.
    void prove_files(size_t reserved) {
        for (const PlanFile& f : mine().files) {
            bool kept = false;
            for (size_t i = reserved == TreeView::none ? tree_.size() : reserved + 1;
                 i < (reserved == TreeView::none ? 0 : tree_[reserved].end); i = tree_[i].end)
                kept = kept || (tree_[i].node->property("no-map") != nullptr &&
                                tree_.registers(i) == std::vector{f.range});
            if (!kept) fail("E455", 0, cat("it does not reserve the file at ", f.range));
        }
    }

    const TreeView &tree_, &base_;
    const Plan& plan_;
    size_t node_;
    const Hardware& hardware_;
    DiagnosticSink& sink_;
    std::vector<std::vector<bool>> claimed_, above_;  ///< by node of the plan
};

}  // namespace

bool prove_tree(const DeviceTree& tree, const Plan& plan, size_t node, const Hardware& hardware,
                DiagnosticSink& sink) {
    const size_t before = sink.error_count();
    const Bytes blob = to_dtb(tree);
    const auto again = parse_dtb(blob, hardware.source, sink);
    if (!again) return false;
    if (!same(again->root, tree.root) || again->memreserve != tree.memreserve) {
        sink.report({"E458",
                     hardware.source,
                     cat("node.dtb of ", plan.nodes.at(node).name, " reads back differently"),
                     {},
                     "this is a fault of mkl: please report it with the board's tree"});
        return false;
    }
    const TreeView view{*again}, base{hardware.tree};
    Proof{view, base, plan, node, hardware, sink}.run();
    return sink.error_count() == before;
}

}  // namespace mkl
