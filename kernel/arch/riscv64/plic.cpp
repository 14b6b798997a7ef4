// SPDX-License-Identifier: BSD-2-Clause
// RISC-V PLIC specification 1.0.0, chapters 3 to 9.
#include "plic.hpp"

#include "arch.hpp"
#include "csr.hpp"
#include "memory_map.hpp"
#include "mkl/rt/mmio.hpp"

namespace mkl::kernel::arch {
namespace {

constexpr uint64_t enable_base = 0x2000, enable_stride = 0x80;
constexpr uint64_t context_base = 0x200000, context_stride = 0x1000;

struct Threshold : rt::Reg<0, uint32_t, rt::Access::rw> {};
struct Claim : rt::Reg<4, uint32_t, rt::Access::rw> {};
struct Enable : rt::Reg<0, uint32_t, rt::Access::rw> {};

rt::Mmio enable{0};
rt::Mmio context{0};
bool present = false;

}  // namespace

bool init_plic(const rt::BootRecord& record) {
    const mkl_rec_intc& c = *record.intc;
    if (c.type == MKL_INTC_NONE) return true;  // timer and other harts' signals come by SBI
    if (c.type != MKL_INTC_PLIC) return false;
    const uint64_t enable_at = enable_base + c.cpu_number * enable_stride;
    const uint64_t context_at = context_base + c.cpu_number * context_stride;
    if (context_at >= c.dist_size || c.dist_size - context_at < context_stride) return false;
    void* e = map_io(c.dist_base + enable_at, enable_stride, true);
    void* t = map_io(c.dist_base + context_at, context_stride, true);
    if (!e || !t) return false;
    enable = rt::Mmio{reinterpret_cast<uintptr_t>(e)};
    context = rt::Mmio{reinterpret_cast<uintptr_t>(t)};
    for (uint64_t word = 0; word < enable_stride / 4; word++) enable.write<Enable>(word, 0);
    context.write<Threshold>(0);
    present = true;
    MKL_SET_CSR(sie, uint64_t{1} << external_interrupt);
    return true;
}

uint32_t take_external_interrupt() {
    if (!present) return 0;
    const uint32_t source = context.read<Claim>();
    // Completed before it is masked: the PLIC ignores the completion of a disabled source.
    if (source) context.write<Claim>(source);
    return source;
}

void set_irq_enabled(Word irq, bool on) {
    if (irq == 0) {  // signals of other harts
        if (on) {
            MKL_SET_CSR(sie, uint64_t{1} << software_interrupt);
        } else {
            MKL_CLEAR_CSR(sie, uint64_t{1} << software_interrupt);
        }
        return;
    }
    if (irq > max_irq() || !present) return;
    const uint32_t bit = uint32_t{1} << (irq % 32);
    const uint32_t old = enable.read<Enable>(irq / 32);
    enable.write<Enable>(irq / 32, on ? old | bit : old & ~bit);
}

Word max_irq() { return 1023; }

void send_sgi(Word, Word hart) {
    fence();  // what the receiver will look at comes first
    sbi_call(sbi_ipi, 0, 1, hart);
}

}  // namespace mkl::kernel::arch
