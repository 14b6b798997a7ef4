// SPDX-License-Identifier: BSD-2-Clause
// Starting CPUs by PSCI (Arm DEN0022F, 5.4 CPU_ON).
#include "arch.hpp"

namespace mkl::loader::arch {

namespace {

constexpr uint64_t psci_cpu_on_64 = 0xc4000003;

extern "C" [[gnu::visibility("hidden")]] const char secondary_start[];

int64_t call_smc(uint64_t function, uint64_t a, uint64_t b, uint64_t c) {
    register uint64_t x0 asm("x0") = function;
    register uint64_t x1 asm("x1") = a;
    register uint64_t x2 asm("x2") = b;
    register uint64_t x3 asm("x3") = c;
    asm volatile("smc #0"
                 : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)::"x4", "x5", "x6", "x7", "x8", "x9",
                   "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "memory");
    return static_cast<int64_t>(x0);
}

int64_t call_hvc(uint64_t function, uint64_t a, uint64_t b, uint64_t c) {
    register uint64_t x0 asm("x0") = function;
    register uint64_t x1 asm("x1") = a;
    register uint64_t x2 asm("x2") = b;
    register uint64_t x3 asm("x3") = c;
    asm volatile("hvc #0"
                 : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)::"x4", "x5", "x6", "x7", "x8", "x9",
                   "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "memory");
    return static_cast<int64_t>(x0);
}

}  // namespace

Fault start_cpu(const Payload&, const mkl_payload_node& node, const CpuContext& context) {
    if (node.start != MKL_START_PSCI_SMC && node.start != MKL_START_PSCI_HVC)
        return fault(MKL_STATUS_CPU_ON, node.name, "no way to start its CPU (cpu, method)",
                     node.hwid, node.start);
    if (node.start == MKL_START_PSCI_HVC && level() == 2)
        return fault(MKL_STATUS_CPU_ON, node.name,
                     "the tree says PSCI by hvc, but the loader itself runs at EL2 (cpu, method)",
                     node.hwid, node.start);
    const auto entry = reinterpret_cast<uint64_t>(&secondary_start);
    const auto argument = reinterpret_cast<uint64_t>(&context);
    const int64_t code = node.start == MKL_START_PSCI_SMC
                             ? call_smc(psci_cpu_on_64, node.hwid, entry, argument)
                             : call_hvc(psci_cpu_on_64, node.hwid, entry, argument);
    if (code == 0) return no_fault();
    return fault(MKL_STATUS_CPU_ON, node.name, "firmware does not start its CPU (cpu, code)",
                 node.hwid, static_cast<uint64_t>(code));
}

}  // namespace mkl::loader::arch
