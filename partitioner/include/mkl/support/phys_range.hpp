// SPDX-License-Identifier: BSD-2-Clause
// Physical addresses and half-open ranges, and set operations on sorted lists of them.
//
// Units    bytes.
// Errors   none: a range that would wrap cannot be made (from_base_size returns nullopt).
#pragma once

#include <algorithm>
#include <cassert>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace mkl {

/// Size of a page: the unit in which memory and devices are given out.
inline constexpr uint64_t page_bytes = 4096;

/// Physical byte address. A distinct type: it never mixes with a virtual address or a size.
struct PhysAddr {
    uint64_t value{};
    constexpr auto operator<=>(const PhysAddr&) const = default;
};

/// Half-open physical range [base, end). Invariant: base <= end, so size_bytes() cannot wrap.
/// Limit: the last byte of the 64-bit space cannot be part of a range.
class [[nodiscard]] PhysRange {
public:
    constexpr PhysRange() = default;
    /// nullopt if base + size does not fit in 64 bits: a device tree may claim anything.
    static constexpr std::optional<PhysRange> from_base_size(PhysAddr base, uint64_t size) {
        if (size > UINT64_MAX - base.value) return std::nullopt;
        return PhysRange{base, PhysAddr{base.value + size}};
    }
    /// Precondition: base <= end.
    static constexpr PhysRange between(PhysAddr base, PhysAddr end) {
        assert(base <= end);
        return PhysRange{base, end};
    }
    constexpr PhysAddr base() const { return base_; }
    constexpr PhysAddr end() const { return end_; }
    constexpr uint64_t size_bytes() const { return end_.value - base_.value; }
    constexpr bool empty() const { return base_ == end_; }
    constexpr bool overlaps(PhysRange other) const {
        return std::max(base_, other.base_) < std::min(end_, other.end_);
    }
    constexpr bool contains(PhysRange other) const {
        return base_ <= other.base_ && other.end_ <= end_;
    }
    constexpr bool contains(PhysAddr a) const { return base_ <= a && a < end_; }
    /// Common part; empty (base == end) if there is none.
    constexpr PhysRange intersect(PhysRange other) const {
        const PhysAddr b = std::max(base_, other.base_);
        return {b, std::max(b, std::min(end_, other.end_))};
    }
    /// Grown outwards to multiples of `align` (a power of two); nullopt if that wraps.
    constexpr std::optional<PhysRange> grown_to(uint64_t align) const {
        if (end_.value > UINT64_MAX - (align - 1)) return std::nullopt;
        return PhysRange{PhysAddr{base_.value & ~(align - 1)},
                         PhysAddr{(end_.value + align - 1) & ~(align - 1)}};
    }
    constexpr auto operator<=>(const PhysRange&) const = default;

private:
    constexpr PhysRange(PhysAddr base, PhysAddr end) : base_{base}, end_{end} {}
    PhysAddr base_, end_;
};

/// Non-empty, ascending, pairwise disjoint.
bool sorted_disjoint(std::span<const PhysRange> ranges);

/// Any list to a sorted, disjoint one with the same bytes; adjacent ranges are joined.
std::vector<PhysRange> normalise(std::vector<PhysRange> ranges);

/// Bytes in `from` and in none of `holes`. Both sorted and disjoint; so is the result.
/// Cost O(from + holes).
std::vector<PhysRange> subtract(std::span<const PhysRange> from, std::span<const PhysRange> holes);

/// Bytes in both. Both sorted and disjoint; so is the result. Cost O(a + b).
std::vector<PhysRange> intersect(std::span<const PhysRange> a, std::span<const PhysRange> b);

/// Whether every byte of `range` is in one of the sorted, disjoint `ranges`.
bool covers(std::span<const PhysRange> ranges, PhysRange range);

}  // namespace mkl
