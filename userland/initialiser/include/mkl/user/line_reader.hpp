// SPDX-License-Identifier: BSD-2-Clause
// Takes whole lines out of a byte ring that somebody else writes (mkl/abi/ring.h), while it is
// being written. Nothing is consumed before a line is complete, so no buffer per ring is needed.
#pragma once

#include "mkl/abi/ring.h"
#include "mkl/rt/atomic.hpp"

namespace mkl::user {

class LineReader {
public:
    LineReader() = default;
    /// `memory` holds the ring in `size` bytes.
    LineReader(const void* memory, uint64_t size)
        : ring_{static_cast<const mkl_ring*>(memory)}, capacity_{size - MKL_RING_DATA} {}

    /// Bytes written that have not been taken. Cheap: one load.
    bool changed(uint64_t& seen) const {
        const uint64_t written = rt::load_acquire(ring_->written);
        const bool differs = written != seen;
        seen = written;
        return differs;
    }

    /// One line without its '\n' into `line` (MKL_LINE_MAX bytes), its length into `length`. False
    /// if none is complete; a longer line comes in pieces. `lost` counts bytes that the writer
    /// overwrote before this call; what is left of a damaged line is skipped.
    bool next(char* line, uint32_t& length, uint64_t& lost) {
        if (!valid()) return false;
        for (;;) {
            const uint64_t written = rt::load_acquire(ring_->written);
            const uint64_t ahead = written - read_;
            if (ahead == 0) return false;
            if (ahead > capacity_) {  // also when the writer went backwards
                skip_to(written, lost);
                continue;
            }
            uint32_t n = 0;
            bool complete = false;
            while (n < MKL_LINE_MAX && n < ahead) {
                const char c = static_cast<char>(ring_->data[(read_ + n) % capacity_]);
                if (c == '\n') {
                    complete = true;
                    break;
                }
                line[n++] = c;
            }
            if (!complete && n < MKL_LINE_MAX) return false;
            // The writer may have come round while the bytes were copied.
            if (rt::load_acquire(ring_->written) - read_ > capacity_) continue;
            read_ += n + (complete ? 1u : 0u);
            length = n;
            if (!resync_) return true;
            resync_ = false;  // the tail of a damaged line counts as lost
            lost += n + 1u;
        }
    }

private:
    bool valid() const {
        return ring_ != nullptr && ring_->magic == MKL_RING_MAGIC &&
               ring_->version == MKL_RING_VERSION && ring_->capacity == capacity_;
    }
    void skip_to(uint64_t written, uint64_t& lost) {
        const uint64_t oldest = written < capacity_ ? 0 : written - capacity_;
        // Half a ring further on, so that a fast writer does not overtake at once again.
        const uint64_t to = oldest + (written - oldest) / 2;
        lost += to - read_;
        read_ = to;
        resync_ = true;
    }

    const mkl_ring* ring_ = nullptr;
    uint64_t capacity_ = 1;
    uint64_t read_ = 0;
    bool resync_ = false;
};

}  // namespace mkl::user
