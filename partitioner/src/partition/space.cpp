// SPDX-License-Identifier: BSD-2-Clause
#include "space.hpp"

#include <array>
#include <cassert>

namespace mkl::placement {

namespace {

/// `range` without the bytes below the first multiple of `align`; empty if there is none.
PhysRange aligned(PhysRange range, uint64_t align) {
    const uint64_t rest = range.base().value % align;
    if (rest == 0) return range;
    const uint64_t skip = align - rest;
    if (skip >= range.size_bytes()) return PhysRange::between(range.end(), range.end());
    return PhysRange::between(PhysAddr{range.base().value + skip}, range.end());
}

}  // namespace

void Space::take(PhysRange range, std::string who, SourceSpan where) {
    assert(is_free(range) && !range.empty());
    free_ = subtract(free_, std::array{range});
    taken_.push_back({range, std::move(who), std::move(where)});
}

std::optional<PhysRange> Space::lowest(uint64_t size, uint64_t align, PhysRange window) const {
    for (const PhysRange& f : free_) {
        const PhysRange r = aligned(f.intersect(window), align);
        if (r.size_bytes() >= size)
            return PhysRange::between(r.base(), PhysAddr{r.base().value + size});
    }
    return std::nullopt;
}

std::optional<PhysRange> Space::lowest(uint64_t size, uint64_t align,
                                       const std::vector<PhysRange>& windows) const {
    for (const PhysRange w : windows)
        if (const auto r = lowest(size, align, w)) return r;
    return std::nullopt;
}

std::optional<PhysRange> Space::highest(uint64_t size, uint64_t align, PhysRange window) const {
    for (auto f = free_.rbegin(); f != free_.rend(); ++f) {
        const PhysRange r = aligned(f->intersect(window), align);
        if (r.size_bytes() < size) continue;
        const uint64_t base = (r.end().value - size) / align * align;
        return PhysRange::between(PhysAddr{base}, PhysAddr{base + size});
    }
    return std::nullopt;
}

uint64_t Space::largest(uint64_t align, const std::vector<PhysRange>& windows) const {
    uint64_t best = 0;
    for (const PhysRange& f : intersect(free_, windows))
        best = std::max(best, aligned(f, align).size_bytes() / align * align);
    return best;
}

uint64_t Space::free_bytes() const {
    uint64_t sum = 0;
    for (const PhysRange& f : free_) sum += f.size_bytes();
    return sum;
}

}  // namespace mkl::placement
