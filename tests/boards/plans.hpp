// SPDX-License-Identifier: BSD-2-Clause
// Plans made by hand for the boards of this directory, so that emission is tested on its own.
#pragma once

#include "board.hpp"
#include "mkl/model/plan.hpp"

namespace mkl::test {

struct NodeSketch {
    uint32_t cpu;
    std::vector<PhysRange> memory;
    std::vector<std::string> devices;
    std::optional<std::string> console;
};

inline Plan plan_of(const Hardware& hardware, const std::vector<NodeSketch>& sketches) {
    Plan plan;
    plan.architecture = hardware.architecture;
    for (const NodeSketch& s : sketches) {
        PlanNode node;
        node.name = "node" + std::to_string(plan.nodes.size());
        node.cpu_index = s.cpu;
        node.hwid = hardware.cpus.at(s.cpu).hwid;
        node.memory = s.memory;
        node.devices = s.devices;
        node.console = s.console;
        plan.nodes.push_back(std::move(node));
    }
    return plan;
}

/// Two nodes of gicv2.dts: node0 has the console, node1 the other UART and the display.
inline Plan gicv2_plan(const Hardware& hardware) {
    return plan_of(hardware,
                   {
                       {0, {range(0x40000000, 0x10000000)},                           {"/serial@9000000"}, "/serial@9000000"},
                       {1,
                        {range(0x50000000, 0x8000000), range(0x60000000, 0x8000000)},
                        {"/serial@9040000", "/rtc@9010000", "/display@9050000"},
                        {}                                                                                                  }
    });
}

}  // namespace mkl::test
