// SPDX-License-Identifier: BSD-2-Clause
// Free RAM while a plan is made: ranges are taken out of it and never put back.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mkl/support/phys_range.hpp"
#include "mkl/support/source.hpp"

namespace mkl::placement {

/// RAM that somebody has, for messages.
struct Taken {
    PhysRange range;
    std::string who;  ///< "node 'node0'"
    SourceSpan where;
};

class Space {
public:
    /// `free`: sorted, disjoint.
    explicit Space(std::vector<PhysRange> free) : free_{std::move(free)} {}

    const std::vector<PhysRange>& free() const { return free_; }
    const std::vector<Taken>& taken() const { return taken_; }

    bool is_free(PhysRange range) const { return covers(free_, range); }
    /// Precondition: is_free(range).
    void take(PhysRange range, std::string who, SourceSpan where);
    /// Lowest free range of `size` bytes whose base is a multiple of `align`, within `window`.
    std::optional<PhysRange> lowest(uint64_t size, uint64_t align, PhysRange window) const;
    /// The same within any of several windows (sorted, disjoint).
    std::optional<PhysRange> lowest(uint64_t size, uint64_t align,
                                    const std::vector<PhysRange>& windows) const;
    /// Highest free range of `size` bytes whose base is a multiple of `align`, within `window`.
    std::optional<PhysRange> highest(uint64_t size, uint64_t align, PhysRange window) const;
    /// Largest multiple of `align` that one aligned free range holds.
    uint64_t largest(uint64_t align, const std::vector<PhysRange>& windows) const;
    uint64_t free_bytes() const;

private:
    std::vector<PhysRange> free_;
    std::vector<Taken> taken_;
};

/// All addresses.
inline constexpr PhysRange everywhere = PhysRange::between(PhysAddr{0}, PhysAddr{UINT64_MAX});

}  // namespace mkl::placement
