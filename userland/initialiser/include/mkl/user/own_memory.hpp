// SPDX-License-Identifier: BSD-2-Clause
// Memory that the initialiser uses itself: device pages (UART, status pages, logs) and the windows
// through which it fills frames, all in a region of its address space far from its image.
#pragma once

#include "mkl/user/outcome.hpp"
#include "mkl/user/untyped_pool.hpp"

namespace mkl::user {

/// Free slots of the initialiser's root CNode.
class Slots {
public:
    void set(uint64_t first, uint64_t end) {
        next_ = first;
        end_ = end;
    }
    uint64_t left() const { return end_ - next_; }
    /// First of `count` slots in a row, or 0.
    uint64_t take(uint64_t count = 1) {
        if (count > end_ - next_) return 0;
        const uint64_t first = next_;
        next_ += count;
        return first;
    }

private:
    uint64_t next_ = 0, end_ = 0;
};

/// A physical range that the initialiser maps for itself.
struct OwnRange {
    uint64_t base = 0, pages = 0;
    bool writable = false, cached = false;
    uint64_t first_slot = 0;  ///< of its page frames; 0 until they are made
    void* at = nullptr;       ///< nullptr until it is mapped
};

class OwnSpace {
public:
    /// Uses [base, base + size) of the address space; base is 2 MiB aligned.
    static constexpr uint64_t size = 0x400'0000;
    OwnSpace(UntypedPool& pool, Slots& slots, uint64_t base)
        : pool_{pool}, slots_{slots}, base_{base} {}

    /// Maps `count` page frames, caps from `first_slot` on, at fresh addresses.
    [[nodiscard]] Outcome map(uint64_t first_slot, uint64_t count, bool writable, bool cached,
                              void*& at);
    /// Maps a frame of 2^bits into the fill window, writable and cached; `unmap_page` ends it.
    [[nodiscard]] Outcome map_window(uint64_t frame, unsigned bits, void*& at);

private:
    [[nodiscard]] Outcome map_at(uint64_t frame, uint64_t vaddr, uint64_t rights,
                                 uint64_t attributes);

    UntypedPool& pool_;
    Slots& slots_;
    uint64_t base_;
    uint64_t next_ = 0;
};

}  // namespace mkl::user
