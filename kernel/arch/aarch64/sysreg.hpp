// SPDX-License-Identifier: BSD-2-Clause
// System registers and barriers. Names and fields: Arm ARM DDI 0487, chapter D17.
#pragma once

#include <stdint.h>

#define MKL_READ_SYSREG(name)                                                                      \
    ({                                                                                             \
        uint64_t value_;                                                                           \
        asm volatile("mrs %0, " #name : "=r"(value_)::"memory");                                   \
        value_;                                                                                    \
    })
#define MKL_WRITE_SYSREG(name, value)                                                              \
    asm volatile("msr " #name ", %0" ::"r"(uint64_t{value}) : "memory")

namespace mkl::kernel::arch {

inline void isb() { asm volatile("isb" ::: "memory"); }
inline void dsb() { asm volatile("dsb sy" ::: "memory"); }
/// Before a page-table walk or another core looks at what was written.
inline void dsb_store() { asm volatile("dsb ishst" ::: "memory"); }

inline void tlbi_all() { asm volatile("dsb nshst; tlbi vmalle1; dsb nsh; isb" ::: "memory"); }
inline void tlbi_asid(uint64_t asid) {
    asm volatile("dsb nshst; tlbi aside1, %0; dsb nsh; isb" ::"r"(asid << 48) : "memory");
}
inline void tlbi_page(uint64_t asid, uint64_t address) {
    const uint64_t operand = asid << 48 | (address >> 12 & 0xfffffffffff);
    asm volatile("dsb nshst; tlbi vae1, %0; dsb nsh; isb" ::"r"(operand) : "memory");
}

}  // namespace mkl::kernel::arch
