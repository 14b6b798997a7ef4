// SPDX-License-Identifier: BSD-2-Clause
// GICv3 with affinity routing, group 1, Arm IHI 0069H.
#include "gic.hpp"
#include "registers.hpp"

namespace mkl::loader::arch {

namespace {

/// Redistributor: RD_base frame, then SGI_base. IHI 0069H, 12.10 and 12.11.
struct Gicr {
    struct Ctlr : rt::Reg<0x0, uint32_t, rt::Access::rw> {
        using Rwp = rt::Field<3>;
    };
    struct Typer : rt::Reg<0x8, uint64_t, rt::Access::ro> {};
    struct Waker : rt::Reg<0x14, uint32_t, rt::Access::rw> {
        using ProcessorSleep = rt::Field<1>;
        using ChildrenAsleep = rt::Field<2>;
    };
    static constexpr uint64_t typer_last = 0x10;
    static constexpr uint64_t sgi_base = 0x10000;
};

// Bounded, so that a controller that never answers is a line and not silence.
constexpr uint32_t spin_limit = 1'000'000;

bool distributor_settles(rt::Mmio gicd) {
    for (uint32_t i = 0; i < spin_limit; i++)
        if (Gicd::Ctlr::Rwp::get(gicd.read<Gicd::Ctlr>()) == 0) return true;
    return false;
}

Fault stuck(const char* subject, uint64_t base) {
    return fault(MKL_STATUS_INTERRUPT, subject, "the interrupt controller does not answer", base,
                 0);
}

/// Base of the redistributor with this affinity; 0: none in any region.
uint64_t find_redistributor(const mkl_rec_intc& intc, uint32_t affinity) {
    for (uint32_t r = 0; r < intc.region_count; r++) {
        const uint64_t stride = intc.redist_stride == 0 ? 0x20000 : intc.redist_stride;
        for (uint64_t at = 0; at + stride <= intc.regions[r].size; at += stride) {
            const rt::Mmio gicr{static_cast<uintptr_t>(intc.regions[r].base + at)};
            const uint64_t typer = gicr.read<Gicr::Typer>();
            if (typer >> 32 == affinity) return gicr.base();
            if ((typer & Gicr::typer_last) != 0) break;
        }
    }
    return 0;
}

/// Counts its waiting in `spins`. False: it stays asleep.
bool wake(rt::Mmio gicr, uint32_t& spins) {
    const uint32_t waker = gicr.read<Gicr::Waker>();
    gicr.write<Gicr::Waker>(waker & ~Gicr::Waker::ProcessorSleep::mask);
    while (Gicr::Waker::ChildrenAsleep::get(gicr.read<Gicr::Waker>()) != 0)
        if (++spins == spin_limit) return false;
    return true;
}

}  // namespace

void gicv3_wake(const mkl_rec_intc& intc) {
    const uint64_t base = find_redistributor(intc, packed_affinity(this_cpu()));
    uint32_t spins = 0;
    if (base == 0 || !wake(rt::Mmio{static_cast<uintptr_t>(base)}, spins)) return;
    const rt::Mmio sgi{static_cast<uintptr_t>(base + Gicr::sgi_base)};
    sgi.write<Gicd::Igroupr>(0, ~0u);
    sgi.write<Gicd::Igrpmodr>(0, 0u);
}

Fault gicv3_init(const Payload& payload) {
    const rt::Mmio gicd{static_cast<uintptr_t>(payload.header->intc.dist_base)};
    gicd.write<Gicd::Ctlr>(0u);
    if (!distributor_settles(gicd)) return stuck("GICD", gicd.base());
    gicd.write<Gicd::Ctlr>(Gicd::Ctlr::are);  // IROUTER exists only with it (12.9.22)
    const uint32_t lines = line_count(gicd);
    quiet_distributor(gicd, lines, ~0u);
    for (uint32_t i = 1; i < lines / 32; i++) gicd.write<Gicd::Igrpmodr>(i, 0u);
    if (!distributor_settles(gicd)) return stuck("GICD", gicd.base());
    if (const Fault f = set_triggers(payload, gicd, lines); !f.ok()) return f;
    for (const mkl_payload_interrupt& line : payload.interrupts) {
        const mkl_payload_node& owner = payload.nodes[line.node];
        gicd.write<Gicd::Irouter>(line.id, owner.hwid);  // affinity fields stand as in MPIDR
        const uint64_t now = gicd.read<Gicd::Irouter>(line.id);
        if (now != owner.hwid)
            return fault(MKL_STATUS_INTERRUPT, owner.name,
                         "the line does not take its route (line, GICD_IROUTER)", line.id, now);
    }
    gicd.write<Gicd::Ctlr>(Gicd::Ctlr::are | Gicd::Ctlr::enable_grp1);
    if (!distributor_settles(gicd)) return stuck("GICD", gicd.base());
    return no_fault();
}

Fault gicv3_init_cpu(const Payload& payload, const mkl_payload_node& node) {
    const mkl_rec_intc& intc = payload.header->intc;
    const uint64_t base = find_redistributor(intc, packed_affinity(this_cpu()));
    if (base == 0)
        return fault(MKL_STATUS_REDISTRIBUTOR, node.name,
                     "no GICv3 redistributor has its CPU's affinity (cpu, region)", this_cpu(),
                     intc.regions[0].base);
    const rt::Mmio gicr{static_cast<uintptr_t>(base)};
    uint32_t spins = 0;
    if (!wake(gicr, spins)) return stuck(node.name, base);
    const rt::Mmio sgi{static_cast<uintptr_t>(base + Gicr::sgi_base)};
    sgi.write<Gicd::Icenabler>(0, ~0u);
    sgi.write<Gicd::Icpendr>(0, ~0u);
    sgi.write<Gicd::Icactiver>(0, ~0u);
    sgi.write<Gicd::Igroupr>(0, ~0u);
    sgi.write<Gicd::Igrpmodr>(0, 0u);
    for (uint32_t i = 0; i < 8; i++) sgi.write<Gicd::Ipriorityr>(i, middle_priority);
    while (Gicr::Ctlr::Rwp::get(gicr.read<Gicr::Ctlr>()) != 0)
        if (++spins >= 2 * spin_limit) return stuck(node.name, base);
    return no_fault();
}

}  // namespace mkl::loader::arch
