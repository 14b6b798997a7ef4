// SPDX-License-Identifier: BSD-2-Clause
// Starting harts: RISC-V SBI 1.0, chapter 9, Hart State Management.
#include "arch.hpp"

namespace mkl::loader::arch {

namespace {

constexpr uint64_t extension_hsm = 0x48534d;
constexpr uint64_t hart_start = 0;

extern "C" [[gnu::visibility("hidden")]] const char secondary_start[];

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
    const int64_t code =
        call(extension_hsm, hart_start, target.hwid, reinterpret_cast<uint64_t>(&secondary_start),
             reinterpret_cast<uint64_t>(&context));
    if (code == 0) return no_fault();
    return fault(MKL_STATUS_CPU_ON, target.name, "firmware does not start its CPU (cpu, code)",
                 target.hwid, static_cast<uint64_t>(code));
}

}  // namespace mkl::loader::arch
