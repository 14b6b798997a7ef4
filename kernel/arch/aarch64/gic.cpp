// SPDX-License-Identifier: BSD-2-Clause
// Registers: GICv2 IHI 0048B chapter 4; GICv3 IHI 0069G chapters 9 and 12.
#include "gic.hpp"

#include "arch.hpp"
#include "memory_map.hpp"
#include "mkl/rt/mmio.hpp"
#include "sysreg.hpp"

namespace mkl::kernel::arch {
namespace {

using rt::Access;
using rt::Reg;

// Distributor, and the same layout in GICv3's redistributor SGI frame.
struct Isenabler : Reg<0x100, uint32_t, Access::rw> {};
struct Icenabler : Reg<0x180, uint32_t, Access::rw> {};
struct Icpendr : Reg<0x280, uint32_t, Access::rw> {};
struct Ipriorityr : Reg<0x400, uint8_t, Access::rw> {};
struct Igroupr : Reg<0x080, uint32_t, Access::rw> {};
struct GicdSgir : Reg<0xf00, uint32_t, Access::wo> {};  // GICv2

// GICv2 CPU interface.
struct GiccCtlr : Reg<0x00, uint32_t, Access::rw> {};
struct GiccPmr : Reg<0x04, uint32_t, Access::rw> {};
struct GiccBpr : Reg<0x08, uint32_t, Access::rw> {};
struct GiccIar : Reg<0x0c, uint32_t, Access::ro> {};
struct GiccEoir : Reg<0x10, uint32_t, Access::wo> {};

// GICv3 redistributor, RD frame.
struct GicrTyper : Reg<0x08, uint64_t, Access::ro> {};  // affinity [63:32], Last bit 4
struct GicrWaker : Reg<0x14, uint32_t, Access::rw> {};
constexpr uint64_t sgi_frame = 0x10000;
constexpr uint32_t waker_processor_sleep = 1 << 1, waker_children_asleep = 1 << 2;
constexpr uint64_t typer_last = 1 << 4;

constexpr uint8_t priority = 0xa0;
constexpr uint32_t priority_mask = 0xf0;
constexpr uint32_t private_lines = 32;  // SGIs and PPIs

bool v3 = false;
rt::Mmio dist{0};
rt::Mmio own{0};  // where ISENABLER0 and so on of this CPU stand
rt::Mmio cpu{0};

void init_private_lines() {
    own.write<Icenabler>(0xffffffff);
    own.write<Icpendr>(0xffffffff);
    for (uint32_t i = 0; i < private_lines; i++) own.write<Ipriorityr>(i, priority);
}

bool init_v2(const mkl_rec_intc& c) {
    void* d = map_io(c.dist_base, 0x1000, Memory::device, true);
    void* i = map_io(c.regions[0].base, 0x1000, Memory::device, true);
    if (!d || !i) return false;
    dist = own = rt::Mmio{reinterpret_cast<uintptr_t>(d)};
    cpu = rt::Mmio{reinterpret_cast<uintptr_t>(i)};
    init_private_lines();
    cpu.write<GiccPmr>(priority_mask);
    cpu.write<GiccBpr>(3);
    // Interrupts that were acknowledged before us would block everything of their priority.
    for (unsigned n = 0; n < 1024; n++) {
        const uint32_t iar = cpu.read<GiccIar>();
        if ((iar & 0x3ff) >= 1020) break;
        cpu.write<GiccEoir>(iar);
    }
    cpu.write<GiccCtlr>(1);
    return true;
}

/// The redistributor whose affinity is this CPU's; 0 if none is.
uint64_t find_redistributor(const mkl_rec_intc& c) {
    const uint64_t mpidr = MKL_READ_SYSREG(mpidr_el1);
    const uint64_t affinity = (mpidr >> 8 & 0xff000000) | (mpidr & 0xffffff);
    for (uint32_t r = 0; r < c.region_count; r++) {
        const mkl_range& region = c.regions[r];
        for (uint64_t at = 0; region.size - at >= c.redist_stride; at += c.redist_stride) {
            void* p = map_io(region.base + at, 0x1000, Memory::device, false);
            if (!p) return 0;
            const uint64_t typer = rt::Mmio{reinterpret_cast<uintptr_t>(p)}.read<GicrTyper>();
            unmap_last_io(p, 0x1000);
            if (typer >> 32 == affinity) return region.base + at;
            if (typer & typer_last) break;
        }
    }
    return 0;
}

bool init_v3(const mkl_rec_intc& c) {
    MKL_WRITE_SYSREG(S3_0_C12_C12_5, 7);  // ICC_SRE_EL1: SRE, DFB, DIB
    isb();
    if (!(MKL_READ_SYSREG(S3_0_C12_C12_5) & 1)) return false;
    const uint64_t base = find_redistributor(c);
    if (!base) return false;
    void* d = map_io(c.dist_base, 0x10000, Memory::device, true);
    void* r = map_io(base, 2 * sgi_frame, Memory::device, true);
    if (!d || !r) return false;
    dist = rt::Mmio{reinterpret_cast<uintptr_t>(d)};
    const rt::Mmio rd{reinterpret_cast<uintptr_t>(r)};
    own = rt::Mmio{reinterpret_cast<uintptr_t>(r) + sgi_frame};
    rd.write<GicrWaker>(rd.read<GicrWaker>() & ~waker_processor_sleep);
    for (unsigned n = 0; n < 1000000 && rd.read<GicrWaker>() & waker_children_asleep; n++) {}
    own.write<Igroupr>(0xffffffff);
    init_private_lines();
    MKL_WRITE_SYSREG(S3_0_C4_C6_0, priority_mask);  // ICC_PMR_EL1
    MKL_WRITE_SYSREG(S3_0_C12_C12_3, 0);            // ICC_BPR1_EL1
    MKL_WRITE_SYSREG(S3_0_C12_C12_4, 0);            // ICC_CTLR_EL1: EOI also deactivates
    MKL_WRITE_SYSREG(S3_0_C12_C12_7, 1);            // ICC_IGRPEN1_EL1
    isb();
    return true;
}

}  // namespace

bool init_gic(const rt::BootRecord& record, uint64_t& detail) {
    const mkl_rec_intc& c = *record.intc;
    detail = c.type;
    v3 = c.type == MKL_INTC_GICV3;
    if (c.type == MKL_INTC_GICV2) return init_v2(c);
    return v3 && init_v3(c);
}

uint64_t take_interrupt() {
    if (!v3) return cpu.read<GiccIar>();
    const uint64_t iar = MKL_READ_SYSREG(S3_0_C12_C12_0);  // ICC_IAR1_EL1
    dsb();
    return iar;
}

uint64_t interrupt_id(uint64_t taken) { return v3 ? taken & 0xffffff : taken & 0x3ff; }

void end_interrupt(uint64_t taken) {
    if (v3) {
        MKL_WRITE_SYSREG(S3_0_C12_C12_1, taken);  // ICC_EOIR1_EL1
        isb();
    } else {
        cpu.write<GiccEoir>(static_cast<uint32_t>(taken));
    }
}

void set_irq_enabled(Word irq, bool enabled) {
    if (irq > max_irq()) return;
    const rt::Mmio& block = irq < private_lines ? own : dist;
    const uint64_t word = irq < private_lines ? 0 : irq / 32;
    const uint32_t bit = uint32_t{1} << (irq % 32);
    if (enabled) {
        block.write<Isenabler>(word, bit);
    } else {
        block.write<Icenabler>(word, bit);
        dsb();
    }
}

Word max_irq() { return 1019; }

void send_sgi(Word id, Word target) {
    dsb();  // what the receiver will look at comes first
    if (!v3) {
        dist.write<GicdSgir>(static_cast<uint32_t>(1u << (16 + (target & 7)) | id));
        return;
    }
    const uint64_t aff0 = target & 0xff, aff1 = target >> 8 & 0xff;
    const uint64_t aff2 = target >> 16 & 0xff, aff3 = target >> 24 & 0xff;
    MKL_WRITE_SYSREG(S3_0_C12_C11_5, aff3 << 48 | (aff0 >> 4) << 44 | aff2 << 32 | id << 24 |
                                         aff1 << 16 | uint64_t{1} << (aff0 & 15));  // ICC_SGI1R
    isb();
}

}  // namespace mkl::kernel::arch
