// SPDX-License-Identifier: BSD-2-Clause
// Device interrupts under unmodified seL4 kernels: docs/real-sel4.md, "Interrupts".
#include <algorithm>
#include <set>

#include "mkl/claims/claims.hpp"
#include "mkl/support/join.hpp"
#include "mkl/support/text.hpp"
#include "steps.hpp"

namespace mkl::placement {

namespace {

/// Lines that a component of the node handles; of a node with a root task of its own, or whose
/// component may open any, all.
std::vector<uint32_t> used_interrupts(const Context& c, size_t node) {
    std::set<uint32_t> handled;
    bool all = c.system.nodes[node].root.has_value();
    for (const ComponentRequest& component : c.system.components) {
        if (component.node.value != c.plan.nodes[node].name) continue;
        for (const ComponentCap& k : component.caps) all |= k.kind == CapKind::irq_control;
        for (const ComponentDevice& d : component.devices) {
            if (d.irq.empty()) continue;
            for (const size_t index : select(c.hardware, d.device))
                for (const DeviceInterrupt& i : c.hardware.devices[index].interrupts)
                    if (i.root && !i.per_cpu) handled.insert(i.root->id);
        }
    }
    std::vector<uint32_t> out;
    for (const Irq& i : c.plan.nodes[node].interrupts)
        if (all || handled.contains(i.id)) out.push_back(i.id);
    return out;
}

/// The first CPU of no node that can be started.
std::optional<size_t> spare_cpu(const Context& c) {
    for (size_t i = 0; i < c.hardware.cpus.size(); i++) {
        const Cpu& cpu = c.hardware.cpus[i];
        const bool taken = std::any_of(c.plan.nodes.begin(), c.plan.nodes.end(),
                                       [&](const PlanNode& n) { return n.cpu_index == cpu.index; });
        if (!taken && cpu.enabled && cpu.why_not_startable.empty()) return i;
    }
    return std::nullopt;
}

/// `first`: a node whose kernel disturbs the lines of others.
void refuse(Context& c, const std::vector<size_t>& owners, size_t first) {
    const KernelChoice& kernel = c.system.nodes[first].kernel;
    const bool v3 = c.hardware.controller.type == InterruptControllerType::gicv3;
    Diagnostic d{.id = "E308",
                 .where = kernel.where,
                 .message =
                     cat("the kernel of node '", c.plan.nodes[first].name, "' ",
                         kernel.takes_loader_info() ? "masks interrupts of others"
                                                    : "takes every interrupt of the GICv2",
                         " when it boots, and ", owners.size(), " nodes handle device interrupts"),
                 .hint = cat("leave a CPU to no node (mkl makes it the steward), or let one node "
                             "handle all device interrupts",
                             v3 ? "" : "; with a GICv3 and stock kernels neither is needed")};
    for (const size_t i : owners)
        d.notes.push_back(
            {c.system.nodes[i].where, cat("node '", c.plan.nodes[i].name, "' handles ",
                                          join(c.plan.nodes[i].used_interrupts))});
    c.sink.report(std::move(d));
}

/// A decoy keeps a stock kernel from the lines; nothing keeps the other from masking them.
void refuse_mixture(Context& c, size_t told, size_t stock) {
    c.sink.report({.id = "E308",
                   .where = c.system.nodes[told].kernel.where,
                   .message = cat("the kernel of node '", c.plan.nodes[told].name,
                                  "' masks interrupts of others when it boots, and node '",
                                  c.plan.nodes[stock].name,
                                  "' has a stock seL4, for which no steward works on a GICv3"),
                   .hint = "use one kind of seL4 kernel, or handle no device interrupt"});
}

}  // namespace

void choose_keeper(Context& c) {
    Plan& plan = c.plan;
    std::vector<size_t> owners;
    std::optional<size_t> stock, told;
    for (size_t i = 0; i < plan.nodes.size(); i++) {
        plan.nodes[i].used_interrupts = used_interrupts(c, i);
        if (!plan.nodes[i].used_interrupts.empty()) owners.push_back(i);
        if (!stock && c.system.nodes[i].kernel.is_stock_sel4()) stock = i;
        if (!told && c.system.nodes[i].kernel.takes_loader_info()) told = i;
    }
    const InterruptControllerType type = c.hardware.controller.type;
    if ((!stock && !told) || type == InterruptControllerType::none) return;
    if (type == InterruptControllerType::plic) {
        plan.keeper = InterruptKeeper::contexts;
    } else if (plan.nodes.size() == 1) {
        plan.keeper = InterruptKeeper::alone;
    } else if (type == InterruptControllerType::gicv3 && stock) {
        plan.keeper = InterruptKeeper::decoys;
        if (told && !owners.empty()) refuse_mixture(c, *told, *stock);
    } else if (owners.empty()) {
        plan.keeper = InterruptKeeper::unused;
    } else if (const auto cpu = spare_cpu(c)) {
        plan.keeper = InterruptKeeper::steward;
        plan.steward = cpu;
    } else if (owners.size() == 1) {
        plan.keeper = InterruptKeeper::last;
        plan.last = owners.front();
    } else {
        refuse(c, owners, stock ? *stock : *told);
    }
}

Guarantee keeper_guarantee(const Context& c, size_t node) {
    const Plan& plan = c.plan;
    const PlanNode& n = plan.nodes[node];
    const std::string lines = join_or("none", n.used_interrupts);
    const bool foreign = c.system.nodes[node].root.has_value();
    const auto row = [](Enforcer by, std::string text) {
        return Guarantee{"interrupts", by, std::move(text)};
    };
    switch (plan.keeper) {
    case InterruptKeeper::decoys:
        if (!n.decoy) break;
        return row(foreign ? Enforcer::nobody : Enforcer::loader,
                   cat("Decoy: the loader sets up the distributor once, the kernel ",
                       hex(n.decoy->base()), " instead of it. ",
                       foreign
                           ? "Its root task enables its lines in the real one, and nobody keeps it "
                             "from others'."
                           : "The initialiser enables a line once its handler exists."));
    case InterruptKeeper::steward:
        return row(Enforcer::loader,
                   cat("Steward: CPU ", c.hardware.cpus[*plan.steward].index,
                       " stays in the loader, routes and enables its lines (", lines,
                       ") once every node is ready. A node that restarts undoes that."));
    case InterruptKeeper::last:
        return row(Enforcer::loader,
                   plan.last == node
                       ? cat("Order: it starts when all others are ready, and so has its lines (",
                             lines, "). A node that restarts takes them.")
                       : cat("Order: it handles none and starts before node '",
                             plan.nodes[*plan.last].name, "', which does. It must not restart."));
    case InterruptKeeper::unused:
        return row(Enforcer::nobody,
                   "No node handles a line; each kernel takes all of them when it boots.");
    case InterruptKeeper::contexts:
        return row(Enforcer::nobody,
                   "It uses the PLIC context of its own hart, which is compiled in and compared. "
                   "It could use another's, and sets the priorities of all.");
    case InterruptKeeper::alone:
        return row(Enforcer::hardware, "It has the interrupt controller to itself.");
    case InterruptKeeper::loader:
        break;
    }
    return row(Enforcer::nobody, "Its IRQControl covers every line.");
}

}  // namespace mkl::placement

namespace mkl {

std::string_view to_text(InterruptKeeper keeper) {
    switch (keeper) {
    case InterruptKeeper::loader:
        return "loader";
    case InterruptKeeper::alone:
        return "alone";
    case InterruptKeeper::contexts:
        return "contexts";
    case InterruptKeeper::unused:
        return "unused";
    case InterruptKeeper::decoys:
        return "decoys";
    case InterruptKeeper::steward:
        return "steward";
    case InterruptKeeper::last:
        return "last";
    }
    return "";
}

}  // namespace mkl
