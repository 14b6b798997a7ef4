// SPDX-License-Identifier: BSD-2-Clause
// What the host must know about each architecture: one table, a row per architecture.
#pragma once

#include <cstdint>
#include <string_view>

namespace mkl {

enum class Architecture { aarch64, riscv64 };

struct ArchitectureInfo {
    Architecture architecture;
    std::string_view name;  ///< as in plan.json and file names
    uint32_t abi_number;    ///< MKL_ARCH_* of mkl/abi/common.h
    uint16_t elf_machine;   ///< e_machine
    uint32_t sgi_count;     ///< inter-processor interrupts a CPU can tell apart (RISC-V: 1)
    std::string_view qemu;  ///< program
};

const ArchitectureInfo& info(Architecture architecture);

}  // namespace mkl
