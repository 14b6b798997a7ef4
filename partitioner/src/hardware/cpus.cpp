// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>

#include "extract.hpp"
#include "mkl/support/text.hpp"

namespace mkl {

namespace {

/// PSCI 0.1 has no function ids of its own: the tree says them, and the loader calls those that 0.2
/// made standard (Arm DEN 0022, CPU_ON).
bool has_standard_ids(const DtNode& psci) {
    const auto id = psci.cell("cpu_on");
    return !id || *id == 0x84000003 || *id == 0xc4000003;
}

/// Arm PSCI binding: a node whose CPU_ON the loader can call.
StartMethod psci_of(const TreeView& tree) {
    for (size_t i = 0; i < tree.size(); i++) {
        bool psci = false;
        for (const std::string& c : tree[i].node->texts("compatible"))
            psci = psci || c == "arm,psci-0.2" || c == "arm,psci-1.0" ||
                   (c == "arm,psci" && has_standard_ids(*tree[i].node));
        if (!psci || !tree[i].enabled) continue;
        const auto method = tree[i].node->text("method");
        if (method == "smc") return StartMethod::psci_smc;
        if (method == "hvc") return StartMethod::psci_hvc;
    }
    return StartMethod::none;
}

void start_of_aarch64(const DtNode& node, StartMethod psci, Cpu& cpu) {
    const std::string method = node.text("enable-method").value_or("");
    if (method == "psci") {
        cpu.start = psci;
        if (psci == StartMethod::none)
            cpu.why_not_startable = "its enable-method is psci, but the tree has no psci node "
                                    "that mkl can call (firmware may add one: use the tree it "
                                    "passes on)";
    } else if (method == "spin-table") {
        const Cells address{node.property("cpu-release-addr")};
        if (address.size() == 2) {
            cpu.start = StartMethod::spin_table;
            cpu.release_address = address.number(0, 2);
        } else {
            cpu.why_not_startable = "its enable-method is spin-table without a cpu-release-addr";
        }
    } else if (method.empty() && psci != StartMethod::none) {
        cpu.start = psci;  // Layerscape: firmware adds the enable-method to a tree that has psci
    } else if (method.empty()) {
        cpu.why_not_startable = "it has no enable-method";
    } else {
        cpu.why_not_startable = cat("its enable-method ", method,
                                    " is none that mkl knows "
                                    "(psci, spin-table)");
    }
}

/// A hart that can run a kernel in S-mode has an MMU; monitor cores (sifive E51) do not.
void start_of_riscv(const DtNode& node, Cpu& cpu) {
    const std::string mmu = node.text("mmu-type").value_or("riscv,none");
    if (mmu == "riscv,none") {
        cpu.why_not_startable = "it has no MMU (mmu-type)";
    } else {
        cpu.start = StartMethod::sbi_hsm;
    }
}

}  // namespace

bool extract_cpus(const Extraction& x) {
    const size_t cpus = x.tree.find("/cpus");
    if (cpus == TreeView::none) {
        x.sink.report({"E410",
                       x.hardware.source,
                       "the tree has no /cpus node",
                       {},
                       "is this a complete board tree, not an overlay?"});
        return false;
    }
    x.hardware.psci = psci_of(x.tree);
    const uint32_t address_cells = x.tree.address_cells(cpus);
    bool riscv = false, assumed_psci = false;
    for (size_t i = cpus + 1; i < x.tree[cpus].end; i = x.tree[i].end) {
        const DtNode& node = *x.tree[i].node;
        if (node.text("device_type") != "cpu") continue;
        Cpu cpu;
        cpu.index = static_cast<uint32_t>(x.hardware.cpus.size());
        cpu.path = x.tree[i].path;
        cpu.compatible = node.texts("compatible");
        const Cells reg{node.property("reg")};
        if (address_cells == 0 || address_cells > 2 || reg.size() < address_cells) {
            cpu.why_not_startable = "its reg does not say which CPU it is";
        } else {
            cpu.hwid = HwCpuId{reg.number(0, address_cells)};
            for (const Cpu& other : x.hardware.cpus)
                if (other.hwid == cpu.hwid && cpu.why_not_startable.empty())
                    cpu.why_not_startable = cat("its reg is that of ", other.path);
        }
        // riscv,isa-base stands in newer trees in place of riscv,isa (RISC-V CPU binding).
        const bool is_riscv = node.property("riscv,isa") != nullptr ||
                              node.property("riscv,isa-base") != nullptr ||
                              std::find(cpu.compatible.begin(), cpu.compatible.end(), "riscv") !=
                                  cpu.compatible.end();
        riscv = riscv || is_riscv;
        if (cpu.why_not_startable.empty()) {
            if (is_riscv) {
                start_of_riscv(node, cpu);
            } else {
                start_of_aarch64(node, x.hardware.psci, cpu);
                // The CPU that the blob's header names runs already: it needs no method.
                if (cpu.start == StartMethod::none &&
                    cpu.hwid.value == x.hardware.tree.boot_cpuid_phys)
                    cpu.why_not_startable.clear();
            }
        }
        assumed_psci = assumed_psci || (!is_riscv && cpu.start != StartMethod::none &&
                                        cpu.hwid.value != x.hardware.tree.boot_cpuid_phys &&
                                        node.property("enable-method") == nullptr);
        // Spec 3.8.1: "disabled" means quiescent, startable through its enable-method; "fail"
        // means not operational.
        const std::string status = node.text("status").value_or("okay");
        const bool quiescent = status == "disabled" && cpu.start != StartMethod::none && !is_riscv;
        cpu.enabled = status_okay(node) || quiescent;
        if (!cpu.enabled && cpu.why_not_startable.empty())
            cpu.why_not_startable = cat("its status is \"", status, "\"");
        if (!cpu.enabled) cpu.start = StartMethod::none;
        x.hardware.cpus.push_back(std::move(cpu));
    }
    if (x.hardware.cpus.empty()) {
        x.sink.report({"E410",
                       x.at(cpus),
                       "/cpus has no child with device_type \"cpu\"",
                       {},
                       "is this a complete board tree, not an overlay?"});
        return false;
    }
    if (assumed_psci)
        x.sink.report(
            {"W411",
             x.at(cpus),
             "the CPUs have no enable-method; mkl starts them by PSCI, for which the tree "
             "has a node",
             {},
             "use the tree that firmware passes on, or add enable-method = \"psci\""});
    x.hardware.architecture = riscv ? Architecture::riscv64 : Architecture::aarch64;
    x.hardware.timer_frequency = riscv ? x.tree.cells_of(cpus, "timebase-frequency", 0) : 0;
    return true;
}

}  // namespace mkl
