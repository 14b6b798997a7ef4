// SPDX-License-Identifier: BSD-2-Clause
// Multiples of a power of two or any other number but 0.
#pragma once

#include <cstdint>

namespace mkl {

constexpr uint64_t round_down(uint64_t value, uint64_t align) { return value / align * align; }

/// Wraps where value + align - 1 does: callers bound `value`.
constexpr uint64_t round_up(uint64_t value, uint64_t align) {
    return round_down(value + align - 1, align);
}

}  // namespace mkl
