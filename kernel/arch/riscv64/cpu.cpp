// SPDX-License-Identifier: BSD-2-Clause
// Threads on the processor: switching, registers by seL4's order, fault messages, time.
#include "cpu.hpp"

#include "kernel.hpp"
#include "paging.hpp"
#include "plic.hpp"

namespace mkl::kernel::arch {
namespace {

// seL4_UserContext order: pc, ra, sp, gp, s0..s11, a0..a7, t0..t6, tp -> register; 0: pc.
constexpr uint8_t register_number[] = {0,  1,  2,  3,  8,  9,  18, 19, 20, 21, 22,
                                       23, 24, 25, 26, 27, 10, 11, 12, 13, 14, 15,
                                       16, 17, 5,  6,  7,  28, 29, 30, 31, 4};
static_assert(sizeof(register_number) == user_context_words);
constexpr unsigned frame_registers = 24;  // up to a7

constexpr uint64_t satp_sv39 = uint64_t{8} << 60;
constexpr uint64_t satp_asid_bits = uint64_t{0xffff} << 44;
bool use_asid = false;
uint64_t active_satp = 0;

}  // namespace

extern "C" void fpu_save(FpuState* state);
extern "C" void fpu_load(const FpuState* state);

namespace {

constexpr uint64_t sstatus_fs = uint64_t{3} << 13;  // dirty: the unit works
/// Whose registers are in the unit; null: nobody's.
Tcb* fpu_owner = nullptr;
bool fpu_allowed = false;

/// False: this hart has no floating point.
bool allow_fpu(bool allow) {
    if (allow == fpu_allowed) return true;
    if (allow) {
        MKL_SET_CSR(sstatus, sstatus_fs);
        if (!(MKL_READ_CSR(sstatus) & sstatus_fs)) return false;
    } else {
        MKL_CLEAR_CSR(sstatus, sstatus_fs);
    }
    fpu_allowed = allow;
    return true;
}

}  // namespace

void init_context(Context&) {}

void switch_thread(Tcb*, Tcb* to) {
    if (!to) return;
    allow_fpu(fpu_owner == to && !(to->flags & kapi::tcb_flag_fpu_disabled));
    set_vm_root(*to);
}

bool take_fpu_trap(Tcb& tcb) {
    if (fpu_allowed || tcb.flags & kapi::tcb_flag_fpu_disabled || !allow_fpu(true)) return false;
    if (fpu_owner == &tcb) return true;
    if (fpu_owner) fpu_save(&fpu_owner->fpu);
    fpu_load(&tcb.fpu);
    fpu_owner = &tcb;
    return true;
}

void release_fpu(Tcb& tcb) {
    if (fpu_owner != &tcb) return;
    fpu_owner = nullptr;
    allow_fpu(false);
}

void set_fpu_disabled(Tcb& tcb, bool disabled) {
    if (!disabled || fpu_owner != &tcb) return;
    allow_fpu(true);
    fpu_save(&tcb.fpu);
    release_fpu(tcb);
}

void init_asid() {
    const uint64_t satp = MKL_READ_CSR(satp);
    MKL_WRITE_CSR(satp, satp | satp_asid_bits);
    use_asid = (MKL_READ_CSR(satp) & satp_asid_bits) == satp_asid_bits;
    MKL_WRITE_CSR(satp, satp);
    fence_vma();
}

void load_root(Phys root, Word asid) {
    const uint64_t value = satp_sv39 | (use_asid ? asid << 44 : 0) | root >> 12;
    if (value == active_satp) return;
    active_satp = value;
    MKL_WRITE_CSR(satp, value);
    if (!use_asid) fence_vma();
}

void refresh_vm(Tcb* current) {
    if (current) set_vm_root(*current);
}

Word read_register(const Context& c, unsigned index) {
    return index == 0 ? c.fault_pc : c.x[register_number[index]];
}

void write_register(Context& c, unsigned index, Word value) {
    (index == 0 ? c.fault_pc : c.x[register_number[index]]) = value;
}

bool is_frame_register(unsigned index) { return index < frame_registers; }

// ---- Fault messages ------------------------------------------------------------------------

unsigned fault_message_length(const Fault& fault) {
    return fault.type == abi::fault::unknown_syscall ? unsigned{kapi::riscv64_syscall_length}
                                                     : unsigned{kapi::riscv64_exception_length};
}

Word fault_message_word(const Tcb& tcb, const Fault& fault, unsigned i) {
    const Context& c = tcb.context;
    if (i == kapi::riscv64_syscall_ip) return c.fault_pc;
    if (i == kapi::riscv64_syscall_sp) return c.x[sp];
    if (fault.type == abi::fault::unknown_syscall) {
        if (i == kapi::riscv64_syscall_ra) return c.x[ra];
        if (i == kapi::riscv64_syscall_number) return fault.words[0];
        return c.x[a0 + i - kapi::riscv64_syscall_a0];
    }
    return fault.words[i - kapi::riscv64_exception_number];
}

void fault_reply_word(Tcb& tcb, const Fault& fault, unsigned i, Word value) {
    Context& c = tcb.context;
    if (i == kapi::riscv64_syscall_ip) {
        c.fault_pc = value;
    } else if (i == kapi::riscv64_syscall_sp) {
        c.x[sp] = value;
    } else if (fault.type == abi::fault::unknown_syscall) {
        if (i == kapi::riscv64_syscall_ra) c.x[ra] = value;
        if (i >= kapi::riscv64_syscall_a0 && i < kapi::riscv64_syscall_number)
            c.x[a0 + i - kapi::riscv64_syscall_a0] = value;
    }
}

// ---- Interrupts and time -------------------------------------------------------------------

namespace {
uint64_t ticks_per_period = 0;
uint64_t next_tick = 0;

void rearm_timer() {
    const uint64_t now = counter();
    next_tick += ticks_per_period;
    if (next_tick <= now) next_tick = now + ticks_per_period;
    sbi_call(sbi_time, 0, next_tick, 0);
}
}  // namespace

bool interrupt_pending() { return MKL_READ_CSR(sip) & MKL_READ_CSR(sie); }

void take_interrupts() {
    const uint64_t pending = MKL_READ_CSR(sip) & MKL_READ_CSR(sie);
    if (pending >> software_interrupt & 1) {
        MKL_CLEAR_CSR(sip, uint64_t{1} << software_interrupt);
        fence();
        handle_interrupt(0);
    }
    if (pending >> timer_interrupt & 1) {
        rearm_timer();
        timer_tick();
    }
    if (pending >> external_interrupt & 1) {
        if (const uint32_t source = take_external_interrupt()) handle_interrupt(source);
    }
}

void wait_for_interrupt() {
    asm volatile("wfi" ::: "memory");
    take_interrupts();
}

uint64_t counter() { return MKL_READ_CSR(time); }

uint64_t counter_hz() {
    const uint64_t hz = kernel.record.timer ? kernel.record.timer->frequency : 0;
    return hz ? hz : 10'000'000;  // QEMU virt, the only board whose tree may not say it
}

void init_timer() {
    ticks_per_period = counter_hz() / 1000000 * tick_microseconds;
    if (!ticks_per_period) ticks_per_period = 1;
    next_tick = counter();
    rearm_timer();
    MKL_WRITE_CSR(scounteren, 2);  // user level may read `time`
    MKL_SET_CSR(sie, uint64_t{1} << timer_interrupt);
}

void halt() {
    MKL_WRITE_CSR(sie, 0);
    for (;;) asm volatile("wfi");
}

}  // namespace mkl::kernel::arch
