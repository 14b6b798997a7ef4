// SPDX-License-Identifier: BSD-2-Clause
// From the assembler's entry points to the core and back.
#include "cpu.hpp"
#include "debug.hpp"
#include "gic.hpp"
#include "kernel.hpp"
#include "memory_map.hpp"
#include "mkl/rt/atomic.hpp"
#include "mkl/rt/ring.hpp"
#include "mkl/rt/uart.hpp"
#include "sysreg.hpp"

extern "C" {
using mkl::kernel::arch::Context;
[[noreturn]] void kernel_start(uint64_t record, uint64_t status);
Context* enter_syscall(Context* context);
Context* enter_call(Context* context);
Context* enter_reply_receive(Context* context);
Context* enter_irq(Context* context);
Context* enter_fault(Context* context, uint64_t esr, uint64_t far);
[[noreturn]] void enter_kernel_fault(uint64_t esr, uint64_t far, uint64_t elr);
[[noreturn]] void restore_user(Context* context);
extern char __image_start[];
}

namespace mkl::kernel {

namespace {

rt::Uart<rt::Mmio> console{rt::Mmio{0}, MKL_CONSOLE_NONE, 0, 1};
rt::RingWriter log_ring;

/// The thread whose registers these are.
Tcb* tcb_of(Context* context) {
    return reinterpret_cast<Tcb*>(reinterpret_cast<uintptr_t>(context) - offsetof(Tcb, context));
}

Context* leave() {
    schedule();
    return &kernel.current->context;
}

}  // namespace

void debug::put(char c) {
    if (console.present()) {
        console.put(c);
    } else {
        log_ring.put(c);
    }
}

namespace arch {

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

Memory shared_memory(const rt::BootRecord& record, uint64_t base) {
    for (const mkl_rec_shared& s : record.shared)
        if (s.base == base && s.attributes == MKL_MEMORY_CACHED) return Memory::normal;
    return Memory::uncached;
}

bool init_platform(const rt::BootRecord& record) {
    for (const mkl_range& r : record.ram) {
        if (!map_ram(r.base, r.size)) {
            report_error(MKL_STATUS_NO_MEMORY, r.base, r.size, "no page tables for the RAM");
            return false;
        }
    }
    if constexpr (debug_build) {
        if (record.console && record.console->type != MKL_CONSOLE_NONE) {
            const mkl_rec_console& c = *record.console;
            if (void* p =
                    map_io(c.base, MKL_PAGE_SIZE - c.base % MKL_PAGE_SIZE, Memory::device, true))
                console = {rt::Mmio{reinterpret_cast<uintptr_t>(p)}, c.type, c.reg_shift,
                           c.io_width};
        } else if (record.log.size) {
            if (void* p = map_io(record.log.base, record.log.size,
                                 shared_memory(record, record.log.base), true))
                log_ring = rt::RingWriter{p, record.log.size};
        }
    }
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

}  // namespace arch
}  // namespace mkl::kernel

using namespace mkl::kernel;

void kernel_start(uint64_t record, uint64_t status) {
    uint64_t base = 0;
    // The translation of our own address tells where the image lies.
    asm volatile("at s1e1r, %0; isb" ::"r"(__image_start) : "memory");
    base = MKL_READ_SYSREG(par_el1) & 0x0000fffffffff000;
    arch::set_image_base(base);
    arch::drop_identity();

    auto* page = static_cast<mkl_status*>(
        status ? arch::map_io(status, sizeof(mkl_status), arch::Memory::uncached, true) : nullptr);
    // Its header first, then as much as it says, within the contract's bound.
    void* header = arch::map_io(record, sizeof(mkl_boot_header), arch::Memory::normal, false);
    uint64_t size = static_cast<mkl_boot_header*>(header)->total_size;
    if (size < sizeof(mkl_boot_header) || size > MKL_BOOT_MAX_SIZE) size = sizeof(mkl_boot_header);
    const void* whole = arch::map_io(record, size, arch::Memory::normal, false);
    if (!boot(whole, size, record, page)) arch::halt();
    restore_user(leave());
}

// The two calls with a fast path come in by doors of their own, so that they need no stack frame.
[[gnu::flatten]] Context* enter_call(Context* context) {
    Tcb* next = fast_call(*tcb_of(context));
    return next ? &next->context : enter_syscall(context);
}

[[gnu::flatten]] Context* enter_reply_receive(Context* context) {
    Tcb* next = fast_reply_receive(*tcb_of(context));
    return next ? &next->context : enter_syscall(context);
}

[[gnu::noinline]] Context* enter_syscall(Context* context) {
    handle_syscall(static_cast<int64_t>(context->x[7]));
    return leave();
}

Context* enter_irq(Context*) {
    arch::take_interrupts();
    return leave();
}

Context* enter_fault(Context*, uint64_t esr, uint64_t far) {
    if ((esr >> 26 & 0x3f) != arch::ec_fp_trap || !arch::take_fpu_trap(*kernel.current))
        handle_user_fault(arch::user_fault(esr, far));
    return leave();
}

void enter_kernel_fault(uint64_t esr, uint64_t far, uint64_t elr) {
    report_error(MKL_STATUS_KERNEL_FAULT, esr, far, "exception in the kernel");
    debug::say("kernel: exception, esr ", mkl::rt::Hex{esr}, " far ", mkl::rt::Hex{far}, " at ",
               mkl::rt::Hex{elr}, "; this node stops\n");
    arch::halt();
}
