// SPDX-License-Identifier: BSD-2-Clause
// Sv39 page-table entries. RISC-V privileged architecture 20211203, 4.4.
#pragma once

#include <stdint.h>

namespace mkl::kernel::arch {

struct Entry {
    uint64_t word = 0;

    static constexpr uint64_t valid = 1, read = 2, write = 4, execute = 8, user = 0x10,
                              global = 0x20, accessed = 0x40, dirty = 0x80;
    static constexpr uint64_t leaf_bits = read | write | execute;

    static constexpr Entry table(uint64_t pa) { return {pa >> 12 << 10 | valid}; }
    static constexpr Entry leaf(uint64_t pa, uint64_t flags) {
        return {pa >> 12 << 10 | flags | valid | accessed | dirty};
    }
    constexpr bool is_valid() const { return word & valid; }
    constexpr bool is_table() const { return (word & (valid | leaf_bits)) == valid; }
    constexpr uint64_t pa() const { return word >> 10 << 12; }
};
static_assert(sizeof(Entry) == 8);

inline constexpr unsigned entries_per_table = 512;
inline constexpr unsigned last_level = 2;
/// Lowest address bit that level 0..2 resolves.
constexpr unsigned level_shift(unsigned level) { return 30 - 9 * level; }
constexpr unsigned level_index(uint64_t address, unsigned level) {
    return address >> level_shift(level) & (entries_per_table - 1);
}
static_assert(level_shift(0) == 30 && level_shift(2) == 12);

}  // namespace mkl::kernel::arch
