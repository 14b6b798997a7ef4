// SPDX-License-Identifier: BSD-2-Clause
#include "entry.hpp"

#include "debug.hpp"
#include "mkl/rt/ring.hpp"
#include "mkl/rt/uart.hpp"

namespace mkl::kernel {

namespace {

rt::Uart<rt::Mmio> console{rt::Mmio{0}, MKL_CONSOLE_NONE, 0, 1};
rt::RingWriter log_ring;

/// The thread whose registers these are.
Tcb* tcb_of(arch::Context* context) {
    return reinterpret_cast<Tcb*>(reinterpret_cast<uintptr_t>(context) - offsetof(Tcb, context));
}

void map_console(const rt::BootRecord& record) {
    if (record.console && record.console->type != MKL_CONSOLE_NONE) {
        const mkl_rec_console& c = *record.console;
        if (void* p = arch::map_registers(c.base, MKL_PAGE_SIZE - c.base % MKL_PAGE_SIZE))
            console = {rt::Mmio{reinterpret_cast<uintptr_t>(p)}, c.type, c.reg_shift, c.io_width};
    } else if (record.log.size) {
        if (void* p = arch::map_shared(record, record.log.base, record.log.size))
            log_ring = rt::RingWriter{p, record.log.size};
    }
}

}  // namespace

void debug::put(char c) {
    if (console.present()) {
        console.put(c);
    } else {
        log_ring.put(c);
    }
}

arch::Context* arch::leave() {
    schedule();
    return &kernel.current->context;
}

void arch::start(Phys record, Phys status) {
    auto* page = static_cast<mkl_status*>(status ? map_status(status) : nullptr);
    // Its header first, then as much as it says, within the contract's bound.
    const void* header = map_record(record, sizeof(mkl_boot_header));
    uint64_t size = static_cast<const mkl_boot_header*>(header)->total_size;
    if (size < sizeof(mkl_boot_header) || size > MKL_BOOT_MAX_SIZE) size = sizeof(mkl_boot_header);
    if (!boot(map_record(record, size), size, record, page)) halt();
}

bool arch::map_ram_and_console(const rt::BootRecord& record) {
    for (const mkl_range& r : record.ram) {
        if (!map_ram(r.base, r.size)) {
            report_error(MKL_STATUS_NO_MEMORY, r.base, r.size, "no page tables for the RAM");
            return false;
        }
    }
    if constexpr (debug_build) map_console(record);
    return true;
}

}  // namespace mkl::kernel

using namespace mkl::kernel;
using arch::Context;

// The two calls with a fast path come in by doors of their own, so that they need no stack frame.
static_assert(arch::abi::sys::call == -1 && arch::abi::sys::reply_recv == -2);  // the assembler
[[gnu::flatten]] Context* enter_call(Context* context) {
    Tcb* next = fast_call(*tcb_of(context));
    return next ? &next->context : enter_syscall(context);
}

[[gnu::flatten]] Context* enter_reply_receive(Context* context) {
    Tcb* next = fast_reply_receive(*tcb_of(context));
    return next ? &next->context : enter_syscall(context);
}

[[gnu::noinline]] Context* enter_syscall(Context* context) {
    handle_syscall(arch::syscall_number(*context));
    return arch::leave();
}
