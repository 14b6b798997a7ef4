// SPDX-License-Identifier: BSD-2-Clause
// From the assembler's entry points to the core and back.
#include "entry.hpp"
#include "cpu.hpp"
#include "debug.hpp"
#include "paging.hpp"
#include "plic.hpp"

extern "C" {
using mkl::kernel::arch::Context;
[[noreturn]] void kernel_start(uint64_t record, uint64_t status, uint64_t base);
Context* enter_trap(Context* context, uint64_t cause, uint64_t value);
[[noreturn]] void enter_kernel_fault(uint64_t cause, uint64_t value, uint64_t pc);
[[noreturn]] void restore_user(Context* context);
}

namespace mkl::kernel::arch {

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

// The memory's own attributes (PMAs) decide what is cached.
void* map_registers(Phys pa, uint64_t size) { return map_io(pa, size, true); }

void* map_status(Phys pa) { return map_io(pa, sizeof(mkl_status), true); }

const void* map_record(Phys pa, uint64_t size) { return map_io(pa, size, false); }

void* map_shared(const rt::BootRecord&, Phys pa, uint64_t size) { return map_io(pa, size, true); }

bool init_platform(const rt::BootRecord& record) {
    if (!map_ram_and_console(record)) return false;
    if (!init_plic(record)) {
        report_error(MKL_STATUS_RECORD, static_cast<uint64_t>(rt::RecordError::value),
                     MKL_REC_INTERRUPT_CONTROLLER, "interrupt controller cannot be used");
        return false;
    }
    init_asid();
    init_timer();
    return true;
}

}  // namespace mkl::kernel::arch

using namespace mkl::kernel;

void kernel_start(uint64_t record, uint64_t status, uint64_t base) {
    arch::set_image_base(base);
    arch::drop_identity();
    arch::start(record, status);
    // sret goes to U-mode with interrupts on; floating point off until a thread wants it.
    MKL_CLEAR_CSR(sstatus, uint64_t{3} << 13);
    MKL_CLEAR_CSR(sstatus, uint64_t{1} << 8);
    MKL_SET_CSR(sstatus, uint64_t{1} << 5);
    restore_user(arch::leave());
}

Context* enter_trap(Context*, uint64_t cause, uint64_t value) {
    if (cause & arch::interrupt_cause) {
        arch::take_interrupts();
    } else if (cause != arch::illegal_instruction || !arch::take_fpu_trap(*kernel.current)) {
        handle_user_fault(arch::user_fault(cause, value));
    }
    return arch::leave();
}

void enter_kernel_fault(uint64_t cause, uint64_t value, uint64_t pc) {
    report_error(MKL_STATUS_KERNEL_FAULT, cause, value, "exception in the kernel");
    debug::say("kernel: exception, scause ", mkl::rt::Hex{cause}, " stval ", mkl::rt::Hex{value},
               " at ", mkl::rt::Hex{pc}, "; this node stops\n");
    arch::halt();
}
