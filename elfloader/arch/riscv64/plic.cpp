// SPDX-License-Identifier: BSD-2-Clause
// PLIC: RISC-V Platform-Level Interrupt Controller Specification 1.0.0, chapter 3 (memory map).
// A source is routed by the enable bit of its owner's context, which the owner sets; the loader
// gives granted sources priority 1 and all others 0, and clears every node's context.
#include "arch.hpp"
#include "mkl/rt/mmio.hpp"

namespace mkl::loader::arch {

namespace {

struct Plic {
    struct Priority : rt::Reg<0x0, uint32_t, rt::Access::rw> {};
    static constexpr uint64_t enables = 0x2000, enables_stride = 0x80;
    static constexpr uint64_t contexts = 0x200000, contexts_stride = 0x1000;
    static constexpr uint32_t max_source = 1023;
};

}  // namespace

Fault interrupts_init(const Payload& payload) {
    const mkl_payload_header& h = *payload.header;
    if (h.intc.type == MKL_INTC_NONE) return no_fault();
    if (h.intc.type != MKL_INTC_PLIC)
        return fault(MKL_STATUS_TABLE, MKL_PAYLOAD_NAME, "interrupt controller not known",
                     h.intc.type, MKL_INTC_PLIC);
    const rt::Mmio plic{static_cast<uintptr_t>(h.intc.dist_base)};
    uint32_t sources = h.interrupt_lines > Plic::max_source ? Plic::max_source : h.interrupt_lines;
    if (sources == 0 && payload.interrupts.count != 0)
        sources = payload.interrupts[payload.interrupts.count - 1].id;
    for (uint32_t i = 1; i <= sources; i++) plic.write<Plic::Priority>(i, 0u);
    for (const mkl_payload_interrupt& line : payload.interrupts) {
        const char* owner = payload.nodes[line.node].name;
        if (line.id > sources)
            return fault(MKL_STATUS_INTERRUPT, owner,
                         "the interrupt controller has no such line (line, lines)", line.id,
                         sources);
        plic.write<Plic::Priority>(line.id, 1u);
        const uint32_t now = plic.read<Plic::Priority>(line.id);
        if (now != 1)
            return fault(MKL_STATUS_INTERRUPT, owner,
                         "the line does not take its priority (line, priority)", line.id, now);
    }
    return no_fault();
}

// A source reaches only contexts that have enabled it, which its owner does: nothing to repair.
void interrupts_enable(const Payload&) {}
void interrupts_restore(const Payload&, const mkl_payload_node&) {}

Fault interrupts_init_cpu(const Payload& payload, const mkl_payload_node& node) {
    const mkl_rec_intc& intc = payload.header->intc;
    if (intc.type != MKL_INTC_PLIC) return no_fault();
    const uint64_t last = Plic::contexts + (uint64_t{node.cpu_number} + 1) * Plic::contexts_stride;
    if (last > intc.dist_size)
        return fault(MKL_STATUS_CPU_INTERFACE, node.name,
                     "the PLIC has no such context (context, bytes of registers)", node.cpu_number,
                     intc.dist_size);
    const rt::Mmio plic{static_cast<uintptr_t>(intc.dist_base)};
    for (uint32_t i = 0; i <= Plic::max_source / 32; i++)
        plic.write_at<uint32_t>(
            Plic::enables + node.cpu_number * Plic::enables_stride + i * sizeof(uint32_t), 0u);
    // Threshold: anything above 0 comes through.
    plic.write_at<uint32_t>(Plic::contexts + node.cpu_number * Plic::contexts_stride, 0u);
    return no_fault();
}

}  // namespace mkl::loader::arch
