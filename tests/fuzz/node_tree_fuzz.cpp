// SPDX-License-Identifier: BSD-2-Clause
// Any bytes as a board's tree: a finding, or facts, and then trees for two nodes that are proved
// or refused. Never a crash, a hang or more memory than the limits allow.
#include "fuzz.hpp"
#include "mkl/emit/emit.hpp"
#include "mkl/hardware/hardware.hpp"

namespace {

/// Two nodes on the first two CPUs, in the RAM there is, the devices in turn.
mkl::Plan plan_for(const mkl::Hardware& hardware) {
    mkl::Plan plan;
    plan.architecture = hardware.architecture;
    for (uint32_t n = 0; n < 2; n++) {
        mkl::PlanNode node;
        node.name = n == 0 ? "node0" : "node1";
        node.cpu_index = n;
        node.hwid = hardware.cpus[n].hwid;
        const mkl::PhysRange ram = hardware.ram[n % hardware.ram.size()].range;
        node.memory = {ram};
        for (size_t d = n; d < hardware.devices.size() && d < 32; d += 2)
            node.devices.push_back(hardware.devices[d].path);
        plan.nodes.push_back(std::move(node));
    }
    return plan;
}

}  // namespace

std::vector<mkl::Bytes> mkl::fuzz::seeds() { return {}; }

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::span<const std::byte> blob{reinterpret_cast<const std::byte*>(data), size};
    mkl::DiagnosticSink sink;
    auto tree = mkl::parse_dtb(blob, {}, sink);
    if (!tree) return 0;
    auto hardware = mkl::read_hardware(std::move(*tree), {}, {}, sink);
    if (!hardware || hardware->cpus.size() < 2 || hardware->ram.empty()) return 0;
    for (const mkl::Device& d : hardware->devices) (void)mkl::uart_of(*hardware, d);
    const mkl::Plan plan = plan_for(*hardware);
    const mkl::System system;
    for (size_t n = 0; n < 2; n++) {
        const mkl::DeviceTree node = mkl::node_tree(plan, n, system, *hardware);
        (void)mkl::prove_tree(node, plan, n, *hardware, sink);
        (void)mkl::to_dts(node);
        (void)mkl::overlay_dts(plan, n, system, *hardware);
        (void)mkl::kernel_dts(plan, n, system, *hardware);
    }
    return 0;
}
