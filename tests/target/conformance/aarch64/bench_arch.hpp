// SPDX-License-Identifier: BSD-2-Clause
// Marks and console of the test machine, AArch64.
#pragma once

#include "suite_arch.hpp"

namespace suite {

inline constexpr Word bench_uart = 0x9000000;  // PL011
inline constexpr Word object_vspace = abi::object::vspace;

extern "C" char bench_marks[];
inline void mark(Word n) {
    register const char* at asm("x9") = bench_marks + 4 * n;
    asm volatile("blr %0" ::"r"(at) : "x30", "memory");
}
inline void uart_put(Word base, char c) {
    while (*reinterpret_cast<volatile uint32_t*>(base + 0x18) & 0x20) {}
    *reinterpret_cast<volatile uint32_t*>(base) = static_cast<unsigned char>(c);
}

}  // namespace suite
