// SPDX-License-Identifier: BSD-2-Clause
// Interrupt controllers of this architecture; chosen by the payload table.
#pragma once

#include "arch.hpp"
#include "mkl/rt/mmio.hpp"

namespace mkl::loader::arch {

/// Distributor registers that GICv2 and GICv3 share. Arm IHI 0048B, table 4-1; IHI 0069H, 12.8.
struct Gicd {
    template <uint32_t Offset, class T = uint32_t>
    using Rw = rt::Reg<Offset, T, rt::Access::rw>;
    struct Ctlr : Rw<0x000> {
        using Rwp = rt::Field<31>;                  // GICv3: register write pending
        static constexpr uint32_t enable = 1;       // GICv2: the group that our view shows
        static constexpr uint32_t enable_grp1 = 2;  // GICv3
        static constexpr uint32_t are = 0x10;       // GICv3: affinity routing
    };
    struct Typer : rt::Reg<0x004, uint32_t, rt::Access::ro> {
        using ItLines = rt::Field<0, 5>;
        using Cpus = rt::Field<5, 3>;
    };
    struct Igroupr : Rw<0x080> {};
    struct Isenabler : Rw<0x100> {};
    struct Icenabler : Rw<0x180> {};
    struct Icpendr : Rw<0x280> {};
    struct Icactiver : Rw<0x380> {};
    struct Ipriorityr : Rw<0x400> {};
    struct Itargetsr : Rw<0x800> {};
    struct Icfgr : Rw<0xc00> {};
    struct Igrpmodr : Rw<0xd00> {};
    struct Irouter : Rw<0x6000, uint64_t> {};
};

constexpr uint32_t middle_priority = 0xa0a0a0a0;

/// Interrupts of the distributor, a multiple of 32.
inline uint32_t line_count(rt::Mmio gicd) {
    const uint32_t lines = 32 * (Gicd::Typer::ItLines::get(gicd.read<Gicd::Typer>()) + 1);
    return lines > 1020 ? 1024 : lines;
}

/// Every SPI disabled, not pending, not active, middle priority, level, group `group`.
void quiet_distributor(rt::Mmio gicd, uint32_t lines, uint32_t group);

/// The granted lines' trigger; a line beyond `lines` or one that does not take it is a fault.
Fault set_triggers(const Payload& payload, rt::Mmio gicd, uint32_t lines);

Fault gicv2_init(const Payload& payload);
Fault gicv2_init_cpu(const Payload& payload, const mkl_payload_node& node);
Fault gicv3_init(const Payload& payload);
/// At EL3, where GICR_WAKER and groups can be written: this CPU's redistributor awake, its lines in
/// group 1. One that is not there, or stays asleep, is gicv3_init_cpu's fault to report.
void gicv3_wake(const mkl_rec_intc& intc);
Fault gicv3_init_cpu(const Payload& payload, const mkl_payload_node& node);

}  // namespace mkl::loader::arch
