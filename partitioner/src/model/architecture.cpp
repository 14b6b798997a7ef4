// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/model/architecture.hpp"

#include <array>

#include "mkl/abi/common.h"

namespace mkl {

namespace {
// e_machine: System V ABI, AArch64 supplement (183); RISC-V ELF psABI (243).
constexpr std::array<ArchitectureInfo, 2> table{
    {
     {Architecture::aarch64, "aarch64", MKL_ARCH_AARCH64, 183, 16, "qemu-system-aarch64"},
     {Architecture::riscv64, "riscv64", MKL_ARCH_RISCV64, 243, 1, "qemu-system-riscv64"},
     }
};
}  // namespace

const ArchitectureInfo& info(Architecture architecture) {
    return table.at(static_cast<size_t>(architecture));
}

}  // namespace mkl
