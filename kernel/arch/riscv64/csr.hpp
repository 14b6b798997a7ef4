// SPDX-License-Identifier: BSD-2-Clause
// Control and status registers, fences, and calls of the supervisor binary interface.
// RISC-V privileged architecture 20211203, chapter 4; SBI v2.0, chapters 3, 6, 7.
#pragma once

#include <stdint.h>

#define MKL_READ_CSR(name)                                                                         \
    ({                                                                                             \
        uint64_t value_;                                                                           \
        asm volatile("csrr %0, " #name : "=r"(value_)::"memory");                                  \
        value_;                                                                                    \
    })
#define MKL_WRITE_CSR(name, value)                                                                 \
    asm volatile("csrw " #name ", %0" ::"r"(uint64_t{value}) : "memory")
#define MKL_SET_CSR(name, bits) asm volatile("csrs " #name ", %0" ::"r"(uint64_t{bits}) : "memory")
#define MKL_CLEAR_CSR(name, bits)                                                                  \
    asm volatile("csrc " #name ", %0" ::"r"(uint64_t{bits}) : "memory")

namespace mkl::kernel::arch {

// sie and sip bits; also interrupt causes.
inline constexpr uint64_t software_interrupt = 1, timer_interrupt = 5, external_interrupt = 9;
inline constexpr uint64_t interrupt_cause = uint64_t{1} << 63;

inline void fence_vma() { asm volatile("sfence.vma" ::: "memory"); }
inline void fence() { asm volatile("fence iorw, iorw" ::: "memory"); }

inline void tlbi_all() { fence_vma(); }
inline void tlbi_asid(uint64_t asid) { asm volatile("sfence.vma x0, %0" ::"r"(asid) : "memory"); }
inline void tlbi_page(uint64_t asid, uint64_t address) {
    asm volatile("sfence.vma %0, %1" ::"r"(address), "r"(asid) : "memory");
}

inline int64_t sbi_call(uint64_t extension, uint64_t function, uint64_t arg0, uint64_t arg1) {
    register uint64_t r0 asm("a0") = arg0;
    register uint64_t r1 asm("a1") = arg1;
    register uint64_t r6 asm("a6") = function;
    register uint64_t r7 asm("a7") = extension;
    asm volatile("ecall" : "+r"(r0), "+r"(r1) : "r"(r6), "r"(r7) : "memory");
    return static_cast<int64_t>(r0);
}
inline constexpr uint64_t sbi_time = 0x54494d45, sbi_ipi = 0x735049;

}  // namespace mkl::kernel::arch
