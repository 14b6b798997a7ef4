// SPDX-License-Identifier: BSD-2-Clause
// Threads on the processor: switching, floating point, registers by seL4's order.
#include "cpu.hpp"

#include "gic.hpp"
#include "kernel.hpp"
#include "paging.hpp"
#include "sysreg.hpp"

extern "C" {
void fpu_save(mkl::kernel::arch::FpuState*);
void fpu_load(const mkl::kernel::arch::FpuState*);
}

namespace mkl::kernel::arch {
namespace {

Tcb* fpu_owner = nullptr;  // whose values the registers hold

constexpr uint64_t cpacr_fpen_on = 3 << 20;      // CPACR_EL1.FPEN: no trap
constexpr uint64_t user_spsr = 0x40;             // EL0t; FIQ masked, as seL4 shows it
constexpr uint64_t user_spsr_mask = 0xf0000000;  // NZCV

bool fpu_allowed = false;

void allow_fpu(bool on) {
    if (fpu_allowed == on) return;
    fpu_allowed = on;
    MKL_WRITE_SYSREG(cpacr_el1, on ? cpacr_fpen_on : 0);
    isb();
}

// seL4_UserContext order -> offset in Context, in words; what follows fault_pc is 34.
constexpr uint8_t word_of(size_t offset) { return static_cast<uint8_t>(offset / sizeof(Word)); }
constexpr uint8_t register_word[] = {
    word_of(offsetof(Context, fault_pc)),
    word_of(offsetof(Context, sp)),
    word_of(offsetof(Context, spsr)),
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    16,
    17,
    18,
    29,
    30,  // frame registers end here
    9,
    10,
    11,
    12,
    13,
    14,
    15,  //
    19,
    20,
    21,
    22,
    23,
    24,
    25,
    26,
    27,
    28,  //
    word_of(offsetof(Context, tls)),
    word_of(offsetof(Context, tls_ro)),
};
static_assert(sizeof(register_word) == user_context_words);
constexpr unsigned frame_registers = 17, spsr_index = 2;

Word& slot_of(Context& c, unsigned index) {
    return *(reinterpret_cast<Word*>(&c) + register_word[index]);
}

}  // namespace

void init_context(Context& context) { context.spsr = user_spsr; }

void switch_thread(Tcb* from, Tcb* to) {
    if (from) from->context.tls = MKL_READ_SYSREG(tpidr_el0);
    if (!to) return;
    MKL_WRITE_SYSREG(tpidr_el0, to->context.tls);
    MKL_WRITE_SYSREG(tpidrro_el0, to->context.tls_ro);
    allow_fpu(fpu_owner == to && !(to->flags & kapi::tcb_flag_fpu_disabled));
    set_vm_root(*to);
}

namespace {
Word active_root = 0;
}

void load_root(Phys root, Word asid) {
    const Word value = root | asid << 48;
    if (value == active_root) return;
    active_root = value;
    reload_root();
    isb();
}

void reload_root() { MKL_WRITE_SYSREG(ttbr0_el1, active_root); }

void refresh_vm(Tcb* current) {
    if (current) set_vm_root(*current);
}

void release_fpu(Tcb& tcb) {
    if (fpu_owner != &tcb) return;
    fpu_owner = nullptr;
    allow_fpu(false);
}

void set_fpu_disabled(Tcb& tcb, bool disabled) {
    if (disabled && fpu_owner == &tcb) {
        allow_fpu(true);
        fpu_save(&tcb.fpu);
        fpu_owner = nullptr;
        allow_fpu(false);
    }
}

bool take_fpu_trap(Tcb& tcb) {
    if (tcb.flags & kapi::tcb_flag_fpu_disabled) return false;
    allow_fpu(true);
    if (fpu_owner == &tcb) return true;
    if (fpu_owner) fpu_save(&fpu_owner->fpu);
    fpu_load(&tcb.fpu);
    fpu_owner = &tcb;
    return true;
}

Word read_register(const Context& context, unsigned index) {
    return slot_of(const_cast<Context&>(context), index);
}

void write_register(Context& context, unsigned index, Word value) {
    if (index == spsr_index) value = (value & user_spsr_mask) | user_spsr;
    slot_of(context, index) = value;
}

bool is_frame_register(unsigned index) { return index < frame_registers; }

// ---- Fault messages -----------------------------------------------------------------------------

unsigned fault_message_length(const Fault& fault) {
    return fault.type == abi::fault::unknown_syscall ? unsigned{kapi::aarch64_syscall_length}
                                                     : unsigned{kapi::aarch64_exception_length};
}

Word fault_message_word(const Tcb& tcb, const Fault& fault, unsigned i) {
    const Context& c = tcb.context;
    if (fault.type == abi::fault::unknown_syscall) {
        if (i < kapi::aarch64_syscall_ip) return c.x[i];
        const Word rest[] = {c.fault_pc, c.sp, c.x[30], c.spsr, fault.words[0]};
        return rest[i - kapi::aarch64_syscall_ip];
    }
    const Word words[] = {c.fault_pc, c.sp, c.spsr, fault.words[0], fault.words[1]};
    return words[i];
}

void fault_reply_word(Tcb& tcb, const Fault& fault, unsigned i, Word value) {
    Context& c = tcb.context;
    const bool syscall = fault.type == abi::fault::unknown_syscall;
    if (syscall && i < kapi::aarch64_syscall_ip) {
        c.x[i] = value;
        return;
    }
    // The numbers of the two messages' words, as one list: ip, sp, (lr,) spsr.
    switch (syscall ? i - kapi::aarch64_syscall_ip : i < 2 ? Word{i} : Word{i} + 1) {
    case 0:
        c.fault_pc = value;
        break;
    case 1:
        c.sp = value;
        break;
    case 2:
        c.x[30] = value;
        break;
    case 3:
        c.spsr = (value & user_spsr_mask) | user_spsr;
        break;
    default:
        break;
    }
}

// ---- Interrupts and time ------------------------------------------------------------------------

bool interrupt_pending() { return MKL_READ_SYSREG(isr_el1) & 0x180; }  // A, I

void take_interrupts() {
    const uint64_t taken = take_interrupt();
    const uint64_t irq = interrupt_id(taken);
    if (irq >= 1020) return;
    if (irq == kernel.record.timer->irq) {
        rearm_timer();
        timer_tick();
    } else {
        handle_interrupt(irq);
    }
    end_interrupt(taken);
}

void wait_for_interrupt() {
    dsb();
    asm volatile("wfi" ::: "memory");
    take_interrupts();
}

uint64_t counter() { return MKL_READ_SYSREG(cntvct_el0); }

namespace {
uint64_t ticks_per_period = 0;
}

uint64_t counter_hz() {
    const uint64_t hz = kernel.record.timer ? kernel.record.timer->frequency : 0;
    return hz ? hz : MKL_READ_SYSREG(cntfrq_el0);
}

void init_fpu() {
    fpu_allowed = true;  // whatever the loader left: say it once
    allow_fpu(false);
}

void init_timer() {
    ticks_per_period = counter_hz() / 1000000 * tick_microseconds;
    if (!ticks_per_period) ticks_per_period = 1;
    MKL_WRITE_SYSREG(cntkctl_el1, 2);  // EL0VCTEN: user level may read the virtual counter
    MKL_WRITE_SYSREG(cntv_cval_el0, counter() + ticks_per_period);
    MKL_WRITE_SYSREG(cntv_ctl_el0, 1);
    isb();
    set_irq_enabled(kernel.record.timer->irq, true);
}

void rearm_timer() {
    const uint64_t now = counter();
    uint64_t next = MKL_READ_SYSREG(cntv_cval_el0) + ticks_per_period;
    if (next <= now) next = now + ticks_per_period;
    MKL_WRITE_SYSREG(cntv_cval_el0, next);
    isb();
}

void halt() {
    asm volatile("msr daifset, #0xf");
    for (;;) asm volatile("wfi");
}

}  // namespace mkl::kernel::arch
