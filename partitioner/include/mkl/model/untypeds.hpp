// SPDX-License-Identifier: BSD-2-Clause
// The untypeds that a kernel hands to its root task: which there are, and which get lost because
// its boot info has no room for them.
//
// A seL4 cuts every range into powers of two, each at a multiple of its size, lists those of
// devices first and those of free RAM last, all ascending, and stops without a word at the limit
// (230; 50 in the verified configurations). What is lost is therefore RAM, and mostly its upper,
// large pieces. docs/partitioning.md, "Untypeds".
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "mkl/support/phys_range.hpp"

namespace mkl {

struct UntypedRules {
    size_t limit = 230;      ///< MAX_NUM_BOOTINFO_UNTYPED_CAPS
    uint32_t min_bits = 4;   ///< smaller pieces are not listed
    uint32_t max_bits = 47;  ///< AArch64; RISC-V 38
};
inline constexpr uint32_t riscv64_max_untyped_bits = 38;

struct UntypedCount {
    size_t device = 0, ram = 0;                ///< pieces that there would be without the limit
    uint64_t device_bytes = 0, ram_bytes = 0;  ///< that the root task gets
    std::vector<PhysRange> lost;               ///< in order of the list; adjacent pieces apart

    size_t wanted() const { return device + ram; }
    uint64_t lost_bytes() const;
};

/// `devices` and `ram` in the order in which the kernel lists them.
UntypedCount count_untypeds(const std::vector<PhysRange>& devices,
                            const std::vector<PhysRange>& ram, const UntypedRules& rules);

/// What an unmodified seL4 16.0.0 finds when it boots.
struct Sel4Memory {
    PhysRange ram;                         ///< the node's, one range
    PhysRange boot_section;                ///< of the kernel image; listed before the rest of RAM
    PhysAddr used_end;                     ///< behind kernel, tree and user image; 4 KiB aligned
    uint64_t root_objects = 0;             ///< bytes of the root task's objects
    std::vector<PhysRange> kernel_frames;  ///< device pages that it keeps, sorted
    PhysAddr device_top;                   ///< PADDR_USER_DEVICE_TOP
};
/// Root objects stand below the end of RAM at a multiple of this (128 KiB).
inline constexpr uint64_t root_objects_align = uint64_t{128} << 10;

UntypedCount count_sel4_untypeds(const Sel4Memory& memory, const UntypedRules& rules);

/// Where the user image should be made to end (a larger end address handed to the kernel, or a
/// longer BSS), so that the large pieces come first and the fewest bytes are lost, padding
/// included.
struct Padding {
    PhysAddr end;        ///< used_end, if no padding is better
    uint64_t waste = 0;  ///< bytes between used_end and `end`
    UntypedCount count;  ///< with that end
};
/// nullopt if there is no room even without padding.
std::optional<Padding> best_padding(const Sel4Memory& memory, const UntypedRules& rules);

}  // namespace mkl
