// SPDX-License-Identifier: BSD-2-Clause
// VMSAv8-64 descriptors, 4 KiB granule, stage 1 EL1&0. Arm ARM DDI 0487, D8.3.
#pragma once

#include <stdint.h>

namespace mkl::kernel::arch {

enum class Memory : uint64_t { device = 0, device_posted = 1, normal = 2, uncached = 3 };

struct Entry {
    uint64_t word = 0;

    static constexpr uint64_t valid = 1, table_or_page = 2;
    static constexpr uint64_t address_mask = 0x0000fffffffff000;
    static constexpr uint64_t ap_user = 1 << 6, ap_read_only = 1 << 7;
    static constexpr uint64_t inner_shareable = 3 << 8;
    static constexpr uint64_t access_flag = 1 << 10;
    static constexpr uint64_t not_global = 1 << 11;
    static constexpr uint64_t pxn = uint64_t{1} << 53, uxn = uint64_t{1} << 54;

    static constexpr Entry table(uint64_t pa) { return {pa | valid | table_or_page}; }
    /// `level` 3: 4 KiB page; 2: 2 MiB block; 1: 1 GiB block.
    static constexpr Entry leaf(uint64_t pa, unsigned level, Memory m, uint64_t flags) {
        return {pa | valid | (level == 3 ? table_or_page : 0) | static_cast<uint64_t>(m) << 2 |
                (m == Memory::normal ? inner_shareable : 0) | access_flag | flags};
    }
    constexpr bool is_valid() const { return word & valid; }
    /// Only below level 3.
    constexpr bool is_table() const { return (word & 3) == 3; }
    constexpr uint64_t pa() const { return word & address_mask; }
};
static_assert(sizeof(Entry) == 8);

inline constexpr unsigned entries_per_table = 512;
inline constexpr unsigned last_level = 3;
/// Lowest address bit that level 0..3 resolves.
constexpr unsigned level_shift(unsigned level) { return 39 - 9 * level; }
constexpr unsigned level_index(uint64_t address, unsigned level) {
    return address >> level_shift(level) & (entries_per_table - 1);
}
static_assert(level_shift(0) == 39 && level_shift(3) == 12);

}  // namespace mkl::kernel::arch
