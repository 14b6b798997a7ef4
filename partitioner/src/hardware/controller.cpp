// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>
#include <array>

#include "extract.hpp"
#include "mkl/support/text.hpp"

namespace mkl {

namespace {

struct KnownController {
    std::string_view compatible;
    InterruptControllerType type;
};
using enum InterruptControllerType;
// Arm GIC and GICv3 bindings; SiFive and RISC-V PLIC bindings.
constexpr auto known = std::to_array<KnownController>({
    {"arm,gic-400",         gicv2},
    {"arm,cortex-a15-gic",  gicv2},
    {"arm,cortex-a7-gic",   gicv2},
    {"arm,cortex-a9-gic",   gicv2},
    {"arm,eb11mp-gic",      gicv2},
    {"arm,tc11mp-gic",      gicv2},
    {"arm,arm11mp-gic",     gicv2},
    {"arm,pl390",           gicv2},
    {"brcm,brahma-b15-gic", gicv2},
    {"qcom,msm-qgic2",      gicv2},
    {"arm,gic-v3",          gicv3},
    {"sifive,plic-1.0.0",   plic },
    {"riscv,plic0",         plic },
    {"thead,c900-plic",     plic },
});

InterruptControllerType type_of(const DtNode& node) {
    for (const std::string& c : node.texts("compatible"))
        for (const KnownController& k : known)
            if (c == k.compatible) return k.type;
    return none;
}

/// ITS and v2m frames below the controller.
void add_frames(const Extraction& x, size_t index) {
    for (size_t i = index + 1; i < x.tree[index].end; i++)
        for (const PhysRange r : x.tree.registers(i)) x.hardware.controller.others.push_back(r);
}

bool fill_gic(const Extraction& x, size_t index, const std::vector<PhysRange>& registers) {
    InterruptController& c = x.hardware.controller;
    if (registers.size() < 2) {
        x.sink.report({"E431",
                       x.at(index),
                       cat("the interrupt controller has ", registers.size(),
                           " register ranges that can be reached, at least 2 are needed"),
                       {},
                       "correct its reg, or the ranges of the buses above it"});
        return false;
    }
    c.distributor = registers[0];
    size_t own = 2;  // GICv2: GICD, GICC, then GICH, GICV
    if (c.type == gicv3) {
        // GICv3 binding: GICD, one range per redistributor region, then GICC, GICH, GICV.
        const size_t regions =
            std::max<size_t>(x.tree.cells_of(index, "#redistributor-regions", 1), 1);
        own = std::min(registers.size(), 1 + std::min(regions, registers.size()));
        const Cells stride{x.tree[index].node->property("redistributor-stride")};
        if (stride.size() > 0)
            c.redistributor_stride = stride.number(0, std::min<size_t>(stride.size(), 2));
    }
    c.regions.assign(registers.begin() + 1, registers.begin() + static_cast<ptrdiff_t>(own));
    c.others.assign(registers.begin() + static_cast<ptrdiff_t>(own), registers.end());
    add_frames(x, index);
    return true;
}

/// RISC-V privileged specification 3.1.9: interrupt 9 is the supervisor external one.
constexpr uint32_t supervisor_external = 9;
constexpr uint32_t no_context = UINT32_MAX;

/// Context n is entry n of interrupts-extended (PLIC binding); the entry's phandle names the
/// interrupt controller inside a CPU node.
bool fill_plic(const Extraction& x, size_t index, const std::vector<PhysRange>& registers) {
    InterruptController& c = x.hardware.controller;
    if (registers.empty()) {
        x.sink.report({"E431",
                       x.at(index),
                       "the interrupt controller has no register range that can be reached",
                       {},
                       "correct its reg, or the ranges of the buses above it"});
        return false;
    }
    c.distributor = registers[0];
    c.plic_context.assign(x.hardware.cpus.size(), no_context);
    const Cells entries{x.tree[index].node->property("interrupts-extended")};
    for (size_t i = 0; i + 1 < entries.size(); i += 2) {
        const size_t intc = x.tree.by_phandle(entries[i]);
        if (entries[i + 1] != supervisor_external || intc == TreeView::none) continue;
        const std::string& cpu =
            x.tree[x.tree[intc].parent == TreeView::none ? 0 : x.tree[intc].parent].path;
        for (const Cpu& candidate : x.hardware.cpus)
            if (candidate.path == cpu)
                c.plic_context[candidate.index] = static_cast<uint32_t>(i / 2);
    }
    return true;
}

/// The enabled controller whose lines go to the CPUs: of several (tegra210 has a second GIC for
/// its audio engine) the one without an interrupt of its own at another of them.
size_t find_root(const TreeView& tree) {
    size_t found = TreeView::none;
    for (size_t i = 0; i < tree.size(); i++) {
        if (!tree[i].enabled || type_of(*tree[i].node) == none ||
            tree[i].node->property("interrupt-controller") == nullptr)
            continue;
        const size_t parent = tree.interrupt_parent(i);
        const bool below_another = parent != TreeView::none && parent != i &&
                                   type_of(*tree[parent].node) != none &&
                                   tree[i].node->property("interrupts") != nullptr;
        if (found == TreeView::none || !below_another) {
            if (!below_another) return i;
            found = i;
        }
    }
    return found;
}

/// GICv2 numbers its CPU interfaces 0 to 7 (Arm IHI 0048B, 2.1), mkl by ascending MPIDR.
void limit_to_interfaces(Hardware& hardware) {
    for (Cpu& cpu : hardware.cpus) {
        const auto below = std::count_if(hardware.cpus.begin(), hardware.cpus.end(),
                                         [&](const Cpu& other) { return other.hwid < cpu.hwid; });
        if (below < 8 || !cpu.why_not_startable.empty()) continue;
        cpu.why_not_startable = "a GICv2 has interfaces for eight CPUs";
        cpu.start = StartMethod::none;
    }
}

}  // namespace

size_t extract_controller(const Extraction& x) {
    const size_t index = find_root(x.tree);
    if (index == TreeView::none && x.hardware.architecture == Architecture::riscv64) {
        // AIA (APLIC, IMSIC): nodes run, by timer and SBI interrupts alone.
        x.sink.report({"W433",
                       x.hardware.source,
                       "the tree has no PLIC; mkl does not drive the RISC-V AIA, so no device's "
                       "interrupt can be given to a node",
                       {},
                       "give nodes devices that work without interrupts, or use a machine with a "
                       "PLIC"});
        return index;
    }
    if (index == TreeView::none) {
        x.sink.report({"E430",
                       x.hardware.source,
                       "the tree has no interrupt controller that mkl drives",
                       {},
                       "supported are GICv2, GICv3 and the RISC-V PLIC"});
        return index;
    }
    InterruptController& c = x.hardware.controller;
    c.type = type_of(*x.tree[index].node);
    c.path = x.tree[index].path;
    c.phandle = x.tree[index].phandle;
    const auto registers = x.tree.registers(index);
    if (!(c.type == plic ? fill_plic(x, index, registers) : fill_gic(x, index, registers)))
        return TreeView::none;
    if (c.type == gicv2) limit_to_interfaces(x.hardware);
    return index;
}

void extract_timer(const Extraction& x, const InterruptResolver& resolver) {
    if (x.hardware.architecture == Architecture::riscv64) {
        x.hardware.timer = {5,
                            Trigger::level};  // supervisor timer interrupt, privileged spec 3.1.9
        return;
    }
    constexpr size_t virtual_timer = 2;  // Arm timer binding: secure, non-secure, virtual, hyp
    for (size_t i = 0; i < x.tree.size(); i++) {
        const DtNode& node = *x.tree[i].node;
        const auto compatible = node.texts("compatible");
        const bool timer = std::any_of(compatible.begin(), compatible.end(), [](const auto& c) {
            return c == "arm,armv8-timer" || c == "arm,armv7-timer";
        });
        if (!timer || !x.tree[i].enabled) continue;
        const auto names = node.texts("interrupt-names");
        const auto named = std::find(names.begin(), names.end(), "virt");
        const size_t wanted =
            named == names.end() ? virtual_timer : static_cast<size_t>(named - names.begin());
        bool broken = false;
        const auto lines = resolver.interrupts(i, broken);
        if (wanted < lines.size() && lines[wanted].root) {
            x.hardware.timer = *lines[wanted].root;
            // CNTFRQ_EL0 is the authority; the property is there where firmware left it wrong.
            x.hardware.timer_frequency = x.tree.cells_of(i, "clock-frequency", 0);
            return;
        }
    }
    x.sink.report({"W432",
                   x.hardware.source,
                   "the tree does not say the interrupt of the virtual timer; mkl assumes PPI 27",
                   {},
                   "give the arm,armv8-timer node its four interrupts"});
    x.hardware.timer = {27, Trigger::level};  // Arm BSA 1.0, table of PPIs
}

}  // namespace mkl
