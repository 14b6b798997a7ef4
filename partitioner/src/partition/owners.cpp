// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>

#include "mkl/claims/claims.hpp"
#include "steps.hpp"

namespace mkl::placement {

namespace {

/// How the interrupt controller counts a CPU.
///   GICv2   CPU interface number. The tree does not say it; CPUs in ascending MPIDR order is what
///           QEMU and GIC-400 systems do, and the loader compares it with GICD_ITARGETSR0.
///   PLIC    context of the hart's S mode.
///   GICv3   not used: CPUs are named by affinity.
uint32_t cpu_number(const Hardware& hardware, const Cpu& cpu) {
    const InterruptController& intc = hardware.controller;
    if (intc.type == InterruptControllerType::plic)
        return cpu.index < intc.plic_context.size() ? intc.plic_context[cpu.index] : 0;
    if (intc.type != InterruptControllerType::gicv2) return 0;
    return static_cast<uint32_t>(
        std::count_if(hardware.cpus.begin(), hardware.cpus.end(),
                      [&](const Cpu& other) { return other.hwid < cpu.hwid; }));
}

/// Whether line `line` of a device is another CPU's: entry n of interrupt-affinity names the CPU of
/// interrupt n (Arm PMU binding). The node's tree keeps its own CPU's line only.
bool of_another_cpu(const Context& c, const Device& d, size_t line, const PlanNode& node) {
    const DtNode* at = c.hardware.tree.find(d.path);
    const DtProperty* affinity = at != nullptr ? at->property("interrupt-affinity") : nullptr;
    if (affinity == nullptr || affinity->value.size() != 4 * d.interrupts.size()) return false;
    for (const Cpu& cpu : c.hardware.cpus) {
        const DtNode* named = c.hardware.tree.find(cpu.path);
        const std::optional<uint32_t> phandle = named ? named->cell("phandle") : std::nullopt;
        if (phandle && phandle == at->cell("interrupt-affinity", line))
            return cpu.index != node.cpu_index;
    }
    return false;
}

void assign_devices(const Context& c, size_t index, PlanNode& node) {
    for (const DeviceClaim& claim : device_claims(c.system, c.hardware, index)) {
        const Device& d = c.hardware.devices[claim.device];
        if (claim.direct) node.devices.push_back(d.path);
        for (const PhysRange r : pages_of(d)) node.device_pages.push_back(r);
        const ShareRequest* share = share_of(c.system, c.hardware, claim.device);
        if (share != nullptr && share->owner.value != node.name)
            continue;  // its line is the owner's
        for (size_t line = 0; line < d.interrupts.size(); line++) {
            const DeviceInterrupt& i = d.interrupts[line];
            if (i.root && !i.per_cpu && !of_another_cpu(c, d, line, node))
                node.interrupts.push_back(*i.root);
        }
    }
    node.device_pages = normalise(std::move(node.device_pages));
    std::sort(node.interrupts.begin(), node.interrupts.end());
    const auto same_id = [](const Irq& a, const Irq& b) { return a.id == b.id; };
    node.interrupts.erase(std::unique(node.interrupts.begin(), node.interrupts.end(), same_id),
                          node.interrupts.end());
}

/// mkl's initialiser prints the others' logs, and a node with a root task of its own does not have
/// it. Of those that do and have a UART: the one with stdout-path, else the first.
void choose_printer(const Context& c) {
    PlanNode* printer = nullptr;
    for (size_t i = 0; i < c.plan.nodes.size(); i++) {
        PlanNode& node = c.plan.nodes[i];
        if (!node.console || c.system.nodes[i].root) continue;
        if (printer == nullptr || *node.console == c.hardware.stdout_path) printer = &node;
    }
    if (printer != nullptr) printer->prints_logs = true;
}

}  // namespace

void assign_owners(Context& c) {
    for (size_t i = 0; i < c.system.nodes.size(); i++) {
        const NodeRequest& request = c.system.nodes[i];
        PlanNode& node = c.plan.nodes.emplace_back();
        node.name = request.name.value;
        if (const std::optional<size_t> cpu = select_cpu(c.hardware, request.cpu)) {
            node.cpu_index = c.hardware.cpus[*cpu].index;
            node.hwid = c.hardware.cpus[*cpu].hwid;
            node.cpu_number = cpu_number(c.hardware, c.hardware.cpus[*cpu]);
        }
        if (request.console)
            for (const size_t d : select(c.hardware, *request.console))
                node.console = c.hardware.devices[d].path;
        assign_devices(c, i, node);
    }
    choose_printer(c);
}

}  // namespace mkl::placement
