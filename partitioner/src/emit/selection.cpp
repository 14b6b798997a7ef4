// SPDX-License-Identifier: BSD-2-Clause
#include "selection.hpp"

#include <algorithm>

#include "mkl/hardware/interrupts.hpp"
#include "mkl/hardware/references.hpp"

namespace mkl {

bool is_within(std::string_view path, std::string_view device) {
    return path.starts_with(device) &&
           (path.size() == device.size() || device == "/" || path[device.size()] == '/');
}

std::vector<bool> claimed_nodes(const TreeView& tree, const PlanNode& node) {
    std::vector<bool> out(tree.size(), false);
    for (const std::string& device : node.devices) {
        const size_t at = tree.find(device);
        if (at == TreeView::none) continue;
        for (size_t i = at; i < tree[at].end; i++) out[i] = true;
    }
    return out;
}

std::vector<bool> nodes_above_claims(const TreeView& tree, const PlanNode& node) {
    std::vector<bool> out(tree.size(), false);
    for (const std::string& device : node.devices) {
        const size_t at = tree.find(device);
        if (at == TreeView::none) continue;
        for (size_t i = tree[at].parent; i != TreeView::none && !out[i]; i = tree[i].parent)
            out[i] = true;
    }
    return out;
}

namespace {

class Selector {
public:
    Selector(const TreeView& base, const Plan& plan, size_t node, const Hardware& hardware)
        : base_{base}, mine_{plan.nodes.at(node)}, hardware_{hardware},
          resolver_{base, base.find(hardware.controller.path), hardware.controller.type} {
        for (const PlanNode& other : plan.nodes) {
            if (&other == &mine_) continue;
            const std::vector<bool> above = nodes_above_claims(base, other);
            for (size_t i = 0; i < above.size(); i++)
                others_below_[i] = others_below_[i] || above[i];
        }
        for (const Device& d : hardware.devices)
            if (!d.firmware.empty() && d.firmware != firmware_psci)
                if (const size_t at = base.find(d.path); at != TreeView::none)
                    calls_firmware_[at] = true;
        out_.kept.assign(base.size(), true);
        out_.enabled.assign(base.size(), false);
        out_.passage.assign(base.size(), false);
        references_.reserve(base.size());
        for (size_t i = 0; i < base.size(); i++) references_.push_back(references(base, i));
    }

    Selection run() {
        drop_tables();
        drop_cpus();
        drop_memory();
        enable();
        drop_status_children();
        keep_used_reservations();
        drop_empty_links();
        return std::move(out_);
    }

private:
    void drop(size_t index) {
        for (size_t i = index; i < base_[index].end; i++) out_.kept[i] = false;
    }
    void drop(std::string_view path) {
        if (const size_t i = base_.find(path); i != TreeView::none) drop(i);
    }

    /// What describes the base's own source, and what firmware left in /chosen for one kernel.
    void drop_tables() {
        drop("/__fixups__");
        drop("/__local_fixups__");
        const size_t chosen = base_.find("/chosen");
        if (chosen == TreeView::none) return;
        for (size_t i = chosen + 1; i < base_[chosen].end; i++) drop(i);
    }

    void drop_cpus() {
        for (const Cpu& cpu : hardware_.cpus)
            if (cpu.index != mine_.cpu_index) drop(cpu.path);
    }

    void drop_memory() {
        for (size_t i = 1; i < base_.size(); i = base_[i].end)
            if (base_[i].node->text("device_type") == "memory") drop(i);
        const size_t reserved = base_.find("/reserved-memory");
        if (reserved == TreeView::none) return;
        for (size_t i = reserved + 1; i < base_[reserved].end; i = base_[i].end) drop(i);
    }

    /// A node that gets a `status` cannot keep a child of that name (an LED): dtc objects.
    void drop_status_children() {
        for (size_t i = 1; i < base_.size(); i++) {
            const size_t up = base_[i].parent;
            if (base_[i].node->name == "status" && !out_.enabled[up] && base_[up].enabled) drop(i);
        }
    }

    /// Regions that an enabled device names come back.
    void keep_used_reservations() {
        const size_t reserved = base_.find("/reserved-memory");
        if (reserved == TreeView::none) return;
        bool any = false;
        for (size_t i = 0; i < base_.size(); i++) {
            if (!out_.enabled[i] || !out_.kept[i]) continue;
            for (const Reference& r : references_[i]) {
                if (r.kind != ReferenceKind::memory || r.target == TreeView::none ||
                    r.target <= reserved || r.target >= base_[reserved].end)
                    continue;
                any = true;
                for (size_t k = r.target; k < base_[r.target].end; k++) {
                    out_.kept[k] = true;
                    out_.enabled[k] = base_[k].enabled;
                }
            }
        }
        if (!any) drop(reserved);
    }

    /// Nodes whose only purpose is to name CPUs that are not there: cpu-map entries, cooling maps.
    /// A node above whose children all go, goes too.
    void drop_empty_links() {
        const size_t map = base_.find("/cpus/cpu-map");
        for (size_t i = base_.size(); i-- > 1;) {
            if (!out_.kept[i]) continue;
            bool names = false, names_kept = false;
            for (const Reference& r : references_[i]) {
                if (r.property->name != "cpu" && r.property->name != "cooling-device") continue;
                names = true;
                names_kept = names_kept || (r.target != TreeView::none && out_.kept[r.target]);
            }
            const bool in_map = map != TreeView::none && i > map && i < base_[map].end;
            const bool cooling = base_[i].node->property("cooling-device") != nullptr;
            if (names && !names_kept && (in_map || cooling)) drop(i);
            if (in_map && !names && !has_kept_child(i)) drop(i);
        }
    }
    bool has_kept_child(size_t index) const {
        for (size_t i = index + 1; i < base_[index].end; i = base_[i].end)
            if (out_.kept[i]) return true;
        return false;
    }

    /// Needed by every kernel and claimed by none.
    bool is_infrastructure(size_t index) const {
        return base_[index].path == hardware_.controller.path ||
               is_within(base_[index].path, "/cpus");
    }

    /// A node without claim may stay enabled if it has nothing that another node could have too:
    /// no registers, no shared interrupt line.
    bool is_harmless(size_t index) const {
        if (calls_firmware_[index]) return false;
        if (base_[index].node->property("reg") != nullptr && !base_.registers(index).empty())
            return false;
        bool broken = false;
        for (const ResolvedInterrupt& line : resolver_.interrupts(index, broken))
            if (!line.per_cpu) return false;
        return true;
    }

    void enable() {
        for (size_t i = 0; i < base_.size(); i++) {
            if (!out_.kept[i] || !base_[i].enabled) continue;
            const size_t up = base_[i].parent;
            const bool wanted = claimed_[i] || is_infrastructure(i);
            const bool above_on = up == TreeView::none || out_.enabled[up] || wanted;
            out_.enabled[i] = above_on && (wanted || is_harmless(i));
            if (!wanted) continue;
            for (size_t k = up; k != TreeView::none && !out_.enabled[k]; k = base_[k].parent) {
                out_.enabled[k] = true;
                out_.passage[k] =
                    base_[k].node->property("ranges") != nullptr && is_passage_of_others(k);
            }
        }
        // A harmless node whose provider is off would only wait for it: off too, to a fixpoint.
        bool changed = true;
        while (changed) {
            changed = false;
            for (size_t i = 1; i < base_.size(); i++) {
                if (!out_.enabled[i] || !lacks_provider(i)) continue;
                for (size_t k = i; k < base_[i].end; k++) out_.enabled[k] = false;
                changed = true;
            }
        }
    }

    /// Whether another node's claim stands below the bus, so that its registers are nobody's.
    bool is_passage_of_others(size_t index) const { return others_below_[index]; }

    bool lacks_provider(size_t index) const {
        if (claimed_[index] || is_infrastructure(index) ||
            base_[index].node->property("compatible") == nullptr || leads_to_wanted(index))
            return false;
        // Parts without a compatible belong to the device above them; a bus has devices instead.
        const bool bus = base_[index].node->property("ranges") != nullptr;
        for (size_t i = index; i < (bus ? index + 1 : base_[index].end); i++) {
            if (i != index && base_[i].node->property("compatible") != nullptr) continue;
            for (const Reference& r : references_[i])
                if (r.kind == ReferenceKind::provider && r.target != TreeView::none &&
                    !out_.enabled[r.target])
                    return true;
        }
        return false;
    }
    bool leads_to_wanted(size_t index) const {
        for (size_t i = index + 1; i < base_[index].end; i++)
            if (out_.enabled[i] && (claimed_[i] || is_infrastructure(i))) return true;
        return false;
    }

    const TreeView& base_;
    const PlanNode& mine_;
    const Hardware& hardware_;
    InterruptResolver resolver_;
    const std::vector<bool> claimed_ = claimed_nodes(base_, mine_);
    std::vector<bool> calls_firmware_ = std::vector<bool>(base_.size(), false);
    std::vector<bool> others_below_ = std::vector<bool>(base_.size(), false);
    std::vector<std::vector<Reference>> references_;
    Selection out_;
};

}  // namespace

Selection select_nodes(const TreeView& base, const Plan& plan, size_t node,
                       const Hardware& hardware) {
    return Selector{base, plan, node, hardware}.run();
}

}  // namespace mkl
