// SPDX-License-Identifier: BSD-2-Clause
// Starting CPUs by PSCI (Arm DEN0022F, 5.4 CPU_ON).
#include "arch.hpp"

namespace mkl::loader::arch {

namespace {

constexpr uint64_t psci_cpu_on_64 = 0xc4000003;

extern "C" [[gnu::visibility("hidden")]] const char secondary_start[];

extern "C" int64_t psci_smc(uint64_t function, uint64_t a, uint64_t b, uint64_t c);
extern "C" int64_t psci_hvc(uint64_t function, uint64_t a, uint64_t b, uint64_t c);

}  // namespace

Fault start_cpu(const CpuTarget& target, const CpuContext& context) {
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

}  // namespace mkl::loader::arch
