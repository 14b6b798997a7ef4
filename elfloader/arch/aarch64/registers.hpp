// SPDX-License-Identifier: BSD-2-Clause
// System registers by name, and the values that have no name of their own.
// Arm ARM DDI 0487, chapter D13.
#pragma once

#include <stdint.h>

#define MKL_READ_REGISTER(name)                                                                    \
    ([] {                                                                                          \
        uint64_t value_read_;                                                                      \
        asm volatile("mrs %0, " #name : "=r"(value_read_));                                        \
        return value_read_;                                                                        \
    }())
#define MKL_WRITE_REGISTER(name, value)                                                            \
    asm volatile("msr " #name ", %0" ::"r"(static_cast<uint64_t>(value)) : "memory")

namespace mkl::loader::arch {

/// Aff3.Aff2.Aff1.Aff0 as they stand in MPIDR_EL1.
constexpr uint64_t affinity_mask = 0xff00ffffff;

/// GICv3 registers want Aff3 beside the others.
constexpr uint32_t packed_affinity(uint64_t hwid) {
    return static_cast<uint32_t>((hwid >> 8 & 0xff000000) | (hwid & 0xffffff));
}

}  // namespace mkl::loader::arch
