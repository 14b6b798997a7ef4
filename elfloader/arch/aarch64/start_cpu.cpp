// SPDX-License-Identifier: BSD-2-Clause
// Starting CPUs: PSCI (Arm DEN0022F, 5.4 CPU_ON), spin table (Devicetree Specification 0.4, 3.8.1;
// Linux Documentation/arch/arm64/booting.rst).
#include "el3.hpp"

namespace mkl::loader::arch {

namespace {

constexpr uint64_t psci_cpu_on_64 = 0xc4000003;

extern "C" [[gnu::visibility("hidden")]] const char secondary_start[];

extern "C" int64_t psci_smc(uint64_t function, uint64_t a, uint64_t b, uint64_t c);
extern "C" int64_t psci_hvc(uint64_t function, uint64_t a, uint64_t b, uint64_t c);

extern "C" [[gnu::visibility("hidden")]] const char spin_start[];
extern "C" [[gnu::visibility("hidden")]] uint64_t spin_context;  // start.S

/// The table hands over an address and nothing else: the context is left where spin_start looks.
/// So one CPU is started at a time; start_node waits until it has taken it.
void release_from_spin_table(const CpuTarget& target, const CpuContext& context) {
    spin_context = reinterpret_cast<uint64_t>(&context);
    publish(reinterpret_cast<uint64_t>(&spin_context), sizeof spin_context);
    *reinterpret_cast<volatile uint64_t*>(target.release) = reinterpret_cast<uint64_t>(&spin_start);
    publish(target.release, sizeof(uint64_t));
    wake_all();
}

}  // namespace

Fault start_cpu(const CpuTarget& target, const CpuContext& context) {
    if (entered_at_el3()) {
        if (target.method != MKL_START_SPIN_TABLE)
            return fault(MKL_STATUS_CPU_ON, target.name,
                         "entered at EL3: no firmware is there to start its CPU (cpu, method)",
                         target.hwid, target.method);
        let_go_from_el3(context);
        return no_fault();
    }
    if (target.method == MKL_START_SPIN_TABLE && target.release % sizeof(uint64_t) == 0) {
        release_from_spin_table(target, context);
        return no_fault();
    }
    if (target.method != MKL_START_PSCI_SMC && target.method != MKL_START_PSCI_HVC)
        return fault(MKL_STATUS_CPU_ON, target.name, "no way to start its CPU (cpu, method)",
                     target.hwid, target.method);
    if (target.method == MKL_START_PSCI_HVC && level() == 2)
        return fault(MKL_STATUS_CPU_ON, target.name,
                     "the tree says PSCI by hvc, but the loader itself runs at EL2 (cpu, method)",
                     target.hwid, target.method);
    const auto entry = reinterpret_cast<uint64_t>(&secondary_start);
    const auto argument = reinterpret_cast<uint64_t>(&context);
    const int64_t code = target.method == MKL_START_PSCI_SMC
                             ? psci_smc(psci_cpu_on_64, target.hwid, entry, argument)
                             : psci_hvc(psci_cpu_on_64, target.hwid, entry, argument);
    if (code == 0) return no_fault();
    return fault(MKL_STATUS_CPU_ON, target.name, "firmware does not start its CPU (cpu, code)",
                 target.hwid, static_cast<uint64_t>(code));
}

// PSCI and a spin table give address and argument at once.
void expect_strays(uint64_t) {}
void expect_no_strays() {}

}  // namespace mkl::loader::arch
