// SPDX-License-Identifier: BSD-2-Clause
#include "gic.hpp"

namespace mkl::loader::arch {

void quiet_distributor(rt::Mmio gicd, uint32_t lines, uint32_t group) {
    for (uint32_t i = 1; i < lines / 32; i++) {
        gicd.write<Gicd::Icenabler>(i, ~0u);
        gicd.write<Gicd::Icpendr>(i, ~0u);
        gicd.write<Gicd::Icactiver>(i, ~0u);
        gicd.write<Gicd::Igroupr>(i, group);
    }
    for (uint32_t i = 8; i < lines / 4; i++) gicd.write<Gicd::Ipriorityr>(i, middle_priority);
    for (uint32_t i = 2; i < lines / 16; i++) gicd.write<Gicd::Icfgr>(i, 0u);
}

namespace {

// Two bits a line in GICD_ICFGR; the upper one is edge (1) or level (0).
constexpr uint32_t edge_bit(uint32_t id) { return 2u << (id % 16 * 2); }

void set_trigger(rt::Mmio gicd, const mkl_payload_interrupt& line) {
    const uint32_t bit = edge_bit(line.id);
    const uint32_t old = gicd.read<Gicd::Icfgr>(line.id / 16);
    gicd.write<Gicd::Icfgr>(line.id / 16,
                            line.trigger == MKL_TRIGGER_EDGE ? old | bit : old & ~bit);
}

/// A kernel that set up the whole distributor left its own route, trigger, group and priority.
void set_up_again(const mkl_rec_intc& intc, const mkl_payload_interrupt& line,
                  const mkl_payload_node& owner) {
    const rt::Mmio gicd{static_cast<uintptr_t>(intc.dist_base)};
    set_trigger(gicd, line);
    gicd.write_at<uint8_t>(Gicd::Ipriorityr::offset + line.id,
                           static_cast<uint8_t>(middle_priority));
    const uint32_t bit = 1u << line.id % 32, group = gicd.read<Gicd::Igroupr>(line.id / 32);
    if (intc.type == MKL_INTC_GICV2) {
        gicd.write<Gicd::Igroupr>(line.id / 32, group & ~bit);
        gicd.write_at<uint8_t>(Gicd::Itargetsr::offset + line.id,
                               static_cast<uint8_t>(1u << (owner.cpu_number & 7)));
    } else {
        gicd.write<Gicd::Igroupr>(line.id / 32, group | bit);
        gicd.write<Gicd::Irouter>(line.id, owner.hwid);
    }
}

bool is_gic(const mkl_rec_intc& intc) {
    return intc.type == MKL_INTC_GICV2 || intc.type == MKL_INTC_GICV3;
}

}  // namespace

Fault set_triggers(const Payload& payload, rt::Mmio gicd, uint32_t lines) {
    for (const mkl_payload_interrupt& line : payload.interrupts) {
        const char* owner = payload.nodes[line.node].name;
        if (line.id < 32 || line.id >= lines || line.id >= 1020)
            return fault(MKL_STATUS_INTERRUPT, owner,
                         "the interrupt controller has no such line (line, lines)", line.id, lines);
        set_trigger(gicd, line);
        const uint32_t now = gicd.read<Gicd::Icfgr>(line.id / 16);
        if (((now & edge_bit(line.id)) != 0) != (line.trigger == MKL_TRIGGER_EDGE))
            return fault(MKL_STATUS_INTERRUPT, owner,
                         "the line does not take its trigger (line, GICD_ICFGR)", line.id, now);
        if ((gicd.read<Gicd::Isenabler>(line.id / 32) >> line.id % 32 & 1) != 0)
            return fault(MKL_STATUS_INTERRUPT, owner,
                         "firmware keeps the line enabled (line, GICD_ISENABLER)", line.id,
                         gicd.read<Gicd::Isenabler>(line.id / 32));
    }
    return no_fault();
}

void interrupts_enable(const Payload& payload) {
    const mkl_rec_intc& intc = payload.header->intc;
    if (!is_gic(intc)) return;
    const rt::Mmio gicd{static_cast<uintptr_t>(intc.dist_base)};
    for (const mkl_payload_interrupt& line : payload.interrupts) {
        if ((line.flags & MKL_PAYLOAD_IRQ_ENABLE) == 0) continue;
        set_up_again(intc, line, payload.nodes[line.node]);
        gicd.write<Gicd::Isenabler>(line.id / 32, 1u << line.id % 32);
    }
}

void interrupts_restore(const Payload& payload, const mkl_payload_node& owner) {
    if (!is_gic(payload.header->intc)) return;
    for (const mkl_payload_interrupt& line : payload.interrupts)
        if (line.node == owner.id) set_up_again(payload.header->intc, line, owner);
}

Fault interrupts_init(const Payload& payload) {
    switch (payload.header->intc.type) {
    case MKL_INTC_GICV2:
        return gicv2_init(payload);
    case MKL_INTC_GICV3:
        return gicv3_init(payload);
    case MKL_INTC_NONE:
        return no_fault();
    default:
        return fault(MKL_STATUS_TABLE, MKL_PAYLOAD_NAME, "interrupt controller not known",
                     payload.header->intc.type, MKL_INTC_GICV3);
    }
}

Fault interrupts_init_cpu(const Payload& payload, const mkl_payload_node& node) {
    switch (payload.header->intc.type) {
    case MKL_INTC_GICV2:
        return gicv2_init_cpu(payload, node);
    case MKL_INTC_GICV3:
        return gicv3_init_cpu(payload, node);
    default:
        return no_fault();
    }
}

}  // namespace mkl::loader::arch
