// SPDX-License-Identifier: BSD-2-Clause
// From the assembler's entry points to the core and back.
#include "cpu.hpp"
#include "debug.hpp"
#include "kernel.hpp"
#include "mkl/rt/ring.hpp"
#include "mkl/rt/uart.hpp"
#include "paging.hpp"
#include "plic.hpp"

extern "C" {
using mkl::kernel::arch::Context;
[[noreturn]] void kernel_start(uint64_t record, uint64_t status, uint64_t base);
Context* enter_syscall(Context* context);
Context* enter_call(Context* context);
Context* enter_reply_receive(Context* context);
Context* enter_trap(Context* context, uint64_t cause, uint64_t value);
[[noreturn]] void enter_kernel_fault(uint64_t cause, uint64_t value, uint64_t pc);
[[noreturn]] void restore_user(Context* context);
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

// scause, privileged architecture 20211203, table 4.2.
constexpr uint64_t illegal_instruction = 2;
constexpr uint64_t fetch_page_fault = 12, load_page_fault = 13, store_page_fault = 15;
constexpr uint64_t fetch_access_fault = 1, load_access_fault = 5, store_access_fault = 7;

Fault user_fault(uint64_t cause, uint64_t value) {
    Fault f;
    // seL4 tells page and access faults apart no more: the status word is the access fault's cause.
    switch (cause) {
    case fetch_page_fault:
    case fetch_access_fault:
        f.words[1] = fetch_access_fault;
        f.instruction = true;
        break;
    case load_page_fault:
    case load_access_fault:
        f.words[1] = load_access_fault;
        break;
    case store_page_fault:
    case store_access_fault:
        f.words[1] = store_access_fault;
        break;
    default:
        f.type = abi::fault::user_exception;
        f.words[0] = cause;
        return f;
    }
    f.type = abi::fault::vm_fault;
    f.words[0] = value;
    return f;
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
            if (void* p = map_io(c.base, MKL_PAGE_SIZE - c.base % MKL_PAGE_SIZE, true))
                console = {rt::Mmio{reinterpret_cast<uintptr_t>(p)}, c.type, c.reg_shift,
                           c.io_width};
        } else if (record.log.size) {
            if (void* p = map_io(record.log.base, record.log.size, true))
                log_ring = rt::RingWriter{p, record.log.size};
        }
    }
    if (!init_plic(record)) {
        report_error(MKL_STATUS_RECORD, static_cast<uint64_t>(rt::RecordError::value),
                     MKL_REC_INTERRUPT_CONTROLLER, "interrupt controller cannot be used");
        return false;
    }
    init_asid();
    init_timer();
    return true;
}

}  // namespace arch
}  // namespace mkl::kernel

using namespace mkl::kernel;

void kernel_start(uint64_t record, uint64_t status, uint64_t base) {
    arch::set_image_base(base);
    arch::drop_identity();
    auto* page =
        static_cast<mkl_status*>(status ? arch::map_io(status, sizeof(mkl_status), true) : nullptr);
    // Its header first, then as much as it says, within the contract's bound.
    void* header = arch::map_io(record, sizeof(mkl_boot_header), false);
    uint64_t size = static_cast<mkl_boot_header*>(header)->total_size;
    if (size < sizeof(mkl_boot_header) || size > MKL_BOOT_MAX_SIZE) size = sizeof(mkl_boot_header);
    const void* whole = arch::map_io(record, size, false);
    if (!boot(whole, size, record, page)) arch::halt();
    // sret goes to U-mode with interrupts on; floating point off until a thread wants it.
    MKL_CLEAR_CSR(sstatus, uint64_t{3} << 13);
    MKL_CLEAR_CSR(sstatus, uint64_t{1} << 8);
    MKL_SET_CSR(sstatus, uint64_t{1} << 5);
    restore_user(leave());
}

// The two calls with a fast path come in by doors of their own, so that they need no stack frame.
static_assert(arch::abi::sys::call == -1 && arch::abi::sys::reply_recv == -2);  // trap.S
[[gnu::flatten]] Context* enter_call(Context* context) {
    Tcb* next = fast_call(*tcb_of(context));
    return next ? &next->context : enter_syscall(context);
}

[[gnu::flatten]] Context* enter_reply_receive(Context* context) {
    Tcb* next = fast_reply_receive(*tcb_of(context));
    return next ? &next->context : enter_syscall(context);
}

[[gnu::noinline]] Context* enter_syscall(Context* context) {
    handle_syscall(static_cast<int64_t>(context->x[arch::a7]));
    return leave();
}

Context* enter_trap(Context*, uint64_t cause, uint64_t value) {
    if (cause & arch::interrupt_cause) {
        arch::take_interrupts();
    } else if (cause != arch::illegal_instruction || !arch::take_fpu_trap(*kernel.current)) {
        handle_user_fault(arch::user_fault(cause, value));
    }
    return leave();
}

void enter_kernel_fault(uint64_t cause, uint64_t value, uint64_t pc) {
    report_error(MKL_STATUS_KERNEL_FAULT, cause, value, "exception in the kernel");
    debug::say("kernel: exception, scause ", mkl::rt::Hex{cause}, " stval ", mkl::rt::Hex{value},
               " at ", mkl::rt::Hex{pc}, "; this node stops\n");
    arch::halt();
}
