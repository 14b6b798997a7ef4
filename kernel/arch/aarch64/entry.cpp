// SPDX-License-Identifier: BSD-2-Clause
// From the assembler's entry points to the core and back.
#include "entry.hpp"
#include "cpu.hpp"
#include "debug.hpp"
#include "gic.hpp"
#include "memory_map.hpp"
#include "sysreg.hpp"

extern "C" {
using mkl::kernel::arch::Context;
[[noreturn]] void kernel_start(uint64_t record, uint64_t status);
Context* enter_irq(Context* context);
Context* enter_fault(Context* context, uint64_t esr, uint64_t far);
[[noreturn]] void enter_kernel_fault(uint64_t esr, uint64_t far, uint64_t elr);
[[noreturn]] void restore_user(Context* context);
extern char __image_start[];
}

namespace mkl::kernel::arch {

// ESR_EL1.EC, Arm ARM DDI 0487, D17.2.37.
constexpr uint64_t ec_fp_trap = 0x07, ec_fetch_abort = 0x20, ec_data_abort = 0x24;

Fault user_fault(uint64_t esr, uint64_t far) {
    const uint64_t ec = esr >> 26 & 0x3f;
    const bool fetch = ec == ec_fetch_abort;
    Fault f;
    if (fetch || ec == ec_data_abort) {
        f.type = abi::fault::vm_fault;
        f.words[0] = fetch ? mkl::kernel::kernel.current->context.fault_pc : far;
        f.instruction = fetch;
        f.words[1] = esr;
    } else {
        f.type = abi::fault::user_exception;
        f.words[0] = esr;
    }
    return f;
}

void* map_registers(Phys pa, uint64_t size) { return map_io(pa, size, Memory::device, true); }

void* map_status(Phys pa) { return map_io(pa, sizeof(mkl_status), Memory::uncached, true); }

const void* map_record(Phys pa, uint64_t size) { return map_io(pa, size, Memory::normal, false); }

void* map_shared(const rt::BootRecord& record, Phys pa, uint64_t size) {
    Memory memory = Memory::uncached;
    for (const mkl_rec_shared& s : record.shared)
        if (s.base == pa && s.attributes == MKL_MEMORY_CACHED) memory = Memory::normal;
    return map_io(pa, size, memory, true);
}

bool init_platform(const rt::BootRecord& record) {
    if (!map_ram_and_console(record)) return false;
    uint64_t detail = 0;
    if (!init_gic(record, detail)) {
        report_error(MKL_STATUS_RECORD, static_cast<uint64_t>(rt::RecordError::value),
                     MKL_REC_INTERRUPT_CONTROLLER, "interrupt controller cannot be used");
        return false;
    }
    init_fpu();
    init_timer();
    return true;
}

}  // namespace mkl::kernel::arch

using namespace mkl::kernel;

void kernel_start(uint64_t record, uint64_t status) {
    // The translation of our own address tells where the image lies.
    asm volatile("at s1e1r, %0; isb" ::"r"(__image_start) : "memory");
    arch::set_image_base(MKL_READ_SYSREG(par_el1) & 0x0000fffffffff000);
    arch::drop_identity();
    arch::start(record, status);
    restore_user(arch::leave());
}

Context* enter_irq(Context*) {
    arch::take_interrupts();
    return arch::leave();
}

Context* enter_fault(Context*, uint64_t esr, uint64_t far) {
    if ((esr >> 26 & 0x3f) != arch::ec_fp_trap || !arch::take_fpu_trap(*kernel.current))
        handle_user_fault(arch::user_fault(esr, far));
    return arch::leave();
}

void enter_kernel_fault(uint64_t esr, uint64_t far, uint64_t elr) {
    report_error(MKL_STATUS_KERNEL_FAULT, esr, far, "exception in the kernel");
    debug::say("kernel: exception, esr ", mkl::rt::Hex{esr}, " far ", mkl::rt::Hex{far}, " at ",
               mkl::rt::Hex{elr}, "; this node stops\n");
    arch::halt();
}
