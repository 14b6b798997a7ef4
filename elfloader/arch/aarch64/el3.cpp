// SPDX-License-Identifier: BSD-2-Clause
// Entered at EL3, without firmware: what only the secure state may set in the interrupt controller,
// then down. Every line goes to group 1, the other state's. Arm IHI 0048B, 4.3.1, 4.3.4, 4.4.2;
// IHI 0069H, 12.9.4 (secure view of GICD_CTLR), 12.11.
#include "el3.hpp"

#include "gic.hpp"
#include "registers.hpp"

namespace mkl::loader::arch {

namespace {

extern "C" void el3_drop();
extern "C" [[gnu::visibility("hidden")]] const CpuContext* el3_turn;  // el3.S

struct Gicc {
    struct Pmr : rt::Reg<0x4, uint32_t, rt::Access::rw> {};
};

struct SecureGicd {
    struct Typer : rt::Reg<0x4, uint32_t, rt::Access::ro> {
        using SecurityExtensions = rt::Field<10>;  // GICv2 and GICv3
    };
    static constexpr uint32_t are_both = 0x30;   // GICD_CTLR.ARE_S, ARE_NS
    static constexpr uint32_t one_state = 0x40;  // GICD_CTLR.DS
};

/// Set at EL3 by the boot CPU, read with caches off by the others.
const mkl_payload_header* plan = nullptr;

rt::Mmio distributor() { return rt::Mmio{static_cast<uintptr_t>(plan->intc.dist_base)}; }

bool has_two_states(rt::Mmio gicd) {
    if (SecureGicd::Typer::SecurityExtensions::get(gicd.read<SecureGicd::Typer>()) == 0)
        return false;
    return plan->intc.type != MKL_INTC_GICV3 ||
           (gicd.read<Gicd::Ctlr>() & SecureGicd::one_state) == 0;
}

void open_distributor() {
    const rt::Mmio gicd = distributor();
    if (!has_two_states(gicd)) return;
    const uint32_t lines = line_count(gicd);
    if (plan->intc.type == MKL_INTC_GICV3) gicd.write<Gicd::Ctlr>(SecureGicd::are_both);
    for (uint32_t i = 1; i < lines / 32; i++) {
        gicd.write<Gicd::Igroupr>(i, ~0u);
        if (plan->intc.type == MKL_INTC_GICV3) gicd.write<Gicd::Igrpmodr>(i, 0u);
    }
}

}  // namespace

/// This CPU's own lines and its priority mask.
extern "C" void el3_open_cpu() {
    if (MKL_READ_REGISTER(cntfrq_el0) == 0) MKL_WRITE_REGISTER(cntfrq_el0, plan->counter_hz);
    const mkl_rec_intc& intc = plan->intc;
    if (intc.type == MKL_INTC_GICV2 && has_two_states(distributor())) {
        distributor().write<Gicd::Igroupr>(0, ~0u);
        rt::Mmio{static_cast<uintptr_t>(intc.regions[0].base)}.write<Gicc::Pmr>(0xffu);
    }
    // Without a redistributor the node fails later, with a line that says so.
    if (intc.type == MKL_INTC_GICV3) gicv3_wake(intc);
}

Fault settle_level(const Payload& payload) {
    if (level() <= 2) return no_fault();
    plan = payload.header;
    publish(reinterpret_cast<uint64_t>(&plan), sizeof plan);
    if (plan->intc.type != MKL_INTC_NONE) open_distributor();
    el3_open_cpu();
    el3_drop();
    return no_fault();
}

bool entered_at_el3() { return plan != nullptr; }

void let_go_from_el3(const CpuContext& context) {
    // One word: a CPU that looks meanwhile sees the last turn or this one, whole.
    el3_turn = &context;
    publish(reinterpret_cast<uint64_t>(&el3_turn), sizeof el3_turn);
    wake_all();
}

}  // namespace mkl::loader::arch
