// SPDX-License-Identifier: BSD-2-Clause
#include <map>

#include "mkl/claims/claims.hpp"
#include "mkl/support/join.hpp"
#include "mkl/support/text.hpp"
#include "rules_internal.hpp"

namespace mkl::rules {

namespace {

std::string choice_text(const CpuChoice& c) {
    switch (c.by) {
    case CpuChoice::By::index:
        return cat("cpu ", c.number);
    case CpuChoice::By::path:
        return cat("cpu ", c.path);
    case CpuChoice::By::hwid:
        return cat("cpu with hardware id ", hex(c.number));
    }
    return "";
}

/// "0 to 3", "hardware ids 0x0, 0x1", or paths: what could have been written.
std::string cpus_text(const Hardware& hardware, CpuChoice::By by) {
    if (hardware.cpus.empty()) return "the board has no CPU";
    if (by == CpuChoice::By::index)
        return cat("the board has ", hardware.cpus.size(), ": 0 to ", hardware.cpus.size() - 1);
    constexpr size_t most = 8;
    if (by == CpuChoice::By::hwid)
        return cat("hardware ids are ", join_some(most, hardware.cpus, [](const Cpu& cpu) {
                       return hex(cpu.hwid.value);
                   }));
    return cat("paths are ", join_some(most, hardware.cpus, &Cpu::path));
}

}  // namespace

void nodes_present(const System& system, const Hardware&, DiagnosticSink& sink) {
    if (system.nodes.empty())
        sink.report({.id = "E204",
                     .where = system.where,
                     .message = "there is no node in `nodes:`",
                     .hint = "add one, e.g. `node0: {cpu: 0, memory: 64M}`"});
}

void cpus_on_board(const System& system, const Hardware& hardware, DiagnosticSink& sink) {
    for (const NodeRequest& n : system.nodes)
        if (!select_cpu(hardware, n.cpu))
            sink.report({.id = "E205",
                         .where = n.cpu.where,
                         .message = cat("node '", n.name.value, "' wants ", choice_text(n.cpu),
                                        ", which the board does not have"),
                         .notes = {{hardware.source, "the board"}},
                         .hint = cpus_text(hardware, n.cpu.by)});
}

void cpus_startable(const System& system, const Hardware& hardware, DiagnosticSink& sink) {
    for (const NodeRequest& n : system.nodes) {
        const auto index = select_cpu(hardware, n.cpu);
        if (!index) continue;  // E205
        const Cpu& cpu = hardware.cpus[*index];
        if (cpu.why_not_startable.empty()) continue;
        sink.report({.id = "E206",
                     .where = n.cpu.where,
                     .message = cat("node '", n.name.value, "' cannot run on ", choice_text(n.cpu),
                                    " (", cpu.path, "): ", cpu.why_not_startable),
                     .notes = {{tree_place(hardware, cpu.path), "the CPU"}},
                     .hint = "choose another CPU"});
    }
}

void cpu_owned_once(const System& system, const Hardware& hardware, DiagnosticSink& sink) {
    std::map<size_t, const NodeRequest*> owner;
    for (const NodeRequest& n : system.nodes) {
        const auto index = select_cpu(hardware, n.cpu);
        if (!index) continue;  // E205
        const size_t cpu = *index;
        const auto [it, fresh] = owner.emplace(cpu, &n);
        if (fresh) continue;
        Diagnostic d{.id = "E207",
                     .where = n.cpu.where,
                     .message = cat("node '", n.name.value, "' and node '", it->second->name.value,
                                    "' both want cpu ", hardware.cpus[cpu].index, " (",
                                    hardware.cpus[cpu].path, ")"),
                     .notes = {{it->second->cpu.where, "claimed here first"}}};
        for (const Cpu& other : hardware.cpus) {
            bool used = !other.why_not_startable.empty();
            for (const NodeRequest& m : system.nodes)
                used = used || select_cpu(hardware, m.cpu) == other.index;
            if (used) continue;
            d.hint = cat("cpu ", other.index, " is free");
            break;
        }
        if (d.hint.empty()) d.hint = "no CPU is left; one node must go";
        sink.report(std::move(d));
    }
}

}  // namespace mkl::rules
