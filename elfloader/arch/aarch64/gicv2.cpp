// SPDX-License-Identifier: BSD-2-Clause
// GICv2, Arm IHI 0048B. Lines stay in group 0, or in group 1 where a GIC with security
// extensions shows us only that: then IGROUPR reads as zero and ignores writes, and bit 0 of
// GICD_CTLR is group 1's enable (4.3.1, 4.3.4).
#include "gic.hpp"

namespace mkl::loader::arch {

Fault gicv2_init(const Payload& payload) {
    const rt::Mmio gicd{static_cast<uintptr_t>(payload.header->intc.dist_base)};
    gicd.write<Gicd::Ctlr>(0u);
    const uint32_t lines = line_count(gicd);
    quiet_distributor(gicd, lines, 0);
    for (uint32_t i = 8; i < lines / 4; i++) gicd.write<Gicd::Itargetsr>(i, 0u);
    if (const Fault f = set_triggers(payload, gicd, lines); !f.ok()) return f;
    // One CPU: ITARGETSR is not there (4.3.12).
    const bool routes = Gicd::Typer::Cpus::get(gicd.read<Gicd::Typer>()) != 0;
    for (const mkl_payload_interrupt& line : payload.interrupts) {
        const mkl_payload_node& owner = payload.nodes[line.node];
        if (owner.cpu_number > 7)
            return fault(MKL_STATUS_CPU_INTERFACE, owner.name, "GICv2 has eight CPU interfaces",
                         owner.cpu_number, 7);
        const uint32_t target = 1u << owner.cpu_number;
        gicd.write_at<uint8_t>(Gicd::Itargetsr::offset + line.id, static_cast<uint8_t>(target));
        const uint32_t now = gicd.read_at<uint8_t>(Gicd::Itargetsr::offset + line.id);
        if (routes && now != target)
            return fault(MKL_STATUS_INTERRUPT, owner.name,
                         "the line does not take its target (line, GICD_ITARGETSR)", line.id, now);
    }
    gicd.write<Gicd::Ctlr>(Gicd::Ctlr::enable);
    return no_fault();
}

Fault gicv2_init_cpu(const Payload& payload, const mkl_payload_node& node) {
    const rt::Mmio gicd{static_cast<uintptr_t>(payload.header->intc.dist_base)};
    // The first eight are banked and read as the interface of the CPU that asks (4.3.12).
    if (Gicd::Typer::Cpus::get(gicd.read<Gicd::Typer>()) != 0) {
        uint32_t mask = 0;
        for (uint32_t i = 0; i < 8 && mask == 0; i++) mask = gicd.read<Gicd::Itargetsr>(i) & 0xff;
        if (mask != 1u << node.cpu_number)
            return fault(MKL_STATUS_CPU_INTERFACE, node.name,
                         "has another GICv2 CPU interface than planned (masks: is, planned)", mask,
                         1u << node.cpu_number);
    }
    gicd.write<Gicd::Icenabler>(0, ~0u);
    gicd.write<Gicd::Icpendr>(0, ~0u);
    gicd.write<Gicd::Icactiver>(0, ~0u);
    gicd.write<Gicd::Igroupr>(0, 0u);
    for (uint32_t i = 0; i < 8; i++) gicd.write<Gicd::Ipriorityr>(i, middle_priority);
    return no_fault();
}

}  // namespace mkl::loader::arch
