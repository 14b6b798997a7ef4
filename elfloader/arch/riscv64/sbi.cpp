// SPDX-License-Identifier: BSD-2-Clause
// Starting harts: RISC-V SBI 1.0, chapter 9, Hart State Management.
#include "arch.hpp"

namespace mkl::loader::arch {

namespace {

constexpr uint64_t extension_hsm = 0x48534d;
constexpr uint64_t hart_start = 0;

/// start.S
extern "C" [[gnu::visibility("hidden")]] const char secondary_start[];
extern "C" [[gnu::visibility("hidden")]] const uint64_t stray_jump[];
constexpr unsigned stray_jump_words = 3;  // the last is its target

/// secondary_start finds its context here, by hart; ends with a context of 0.
struct Ticket {
    uint64_t hart, context;
};
extern "C" [[gnu::visibility("hidden")]] Ticket start_tickets[MKL_PAYLOAD_MAX_NODES + 2];
Ticket start_tickets[MKL_PAYLOAD_MAX_NODES + 2];
unsigned tickets = 0;

/// What stood where the boot hart came in.
uint64_t* entrance = nullptr;
uint64_t entrance_was[stray_jump_words];

int64_t call(uint64_t extension, uint64_t function, uint64_t a, uint64_t b, uint64_t c) {
    register uint64_t a0 asm("a0") = a;
    register uint64_t a1 asm("a1") = b;
    register uint64_t a2 asm("a2") = c;
    register uint64_t a6 asm("a6") = function;
    register uint64_t a7 asm("a7") = extension;
    asm volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a6), "r"(a7) : "memory");
    return static_cast<int64_t>(a0);
}

}  // namespace

Fault start_cpu(const CpuTarget& target, const CpuContext& context) {
    if (target.method != MKL_START_SBI_HSM)
        return fault(MKL_STATUS_CPU_ON, target.name, "no way to start its CPU (cpu, method)",
                     target.hwid, target.method);
    start_tickets[tickets++] = {target.hwid, reinterpret_cast<uint64_t>(&context)};
    asm volatile("fence rw, rw" ::: "memory");
    const int64_t code = call(extension_hsm, hart_start, target.hwid,
                              reinterpret_cast<uint64_t>(&secondary_start), 0);
    if (code == 0) return no_fault();
    return fault(MKL_STATUS_CPU_ON, target.name, "firmware does not start its CPU (cpu, code)",
                 target.hwid, static_cast<uint64_t>(code));
}

// OpenSBI 1.1 marks a hart as wanted, then writes its address and a1. A hart that polls in between
// (its wfi does not sleep: the interrupt that woke it from cold boot is still pending) goes where
// firmware sent the boot hart, or comes with the boot hart's a1. So a jump stands there, and
// secondary_start takes nothing from a1.
void expect_strays(uint64_t loaded_at) {
    entrance = reinterpret_cast<uint64_t*>(loaded_at);
    for (unsigned i = 0; i < stray_jump_words; i++) {
        entrance_was[i] = entrance[i];
        entrance[i] = stray_jump[i];
    }
    entrance[stray_jump_words - 1] = reinterpret_cast<uint64_t>(&secondary_start);
    asm volatile("fence rw, rw\n fence.i" ::: "memory");
}

void expect_no_strays() {
    for (unsigned i = 0; i < stray_jump_words; i++) entrance[i] = entrance_was[i];
}

}  // namespace mkl::loader::arch
