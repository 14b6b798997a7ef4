// SPDX-License-Identifier: BSD-2-Clause
// Writer and reader of a byte ring (mkl/abi/ring.h). The header of a ring another program writes
// is hostile: the reader checks magic, version and capacity against the memory it was given.
#pragma once

#include "mkl/abi/ring.h"
#include "mkl/rt/atomic.hpp"

namespace mkl::rt {

/// Appends to a ring this program owns. Bytes become visible with publish() or at a line end.
class RingWriter {
public:
    constexpr RingWriter() = default;
    /// `memory` has `size` bytes and an initialised header; a wrong one makes a silent writer.
    RingWriter(void* memory, uint64_t size) : ring_{static_cast<mkl_ring*>(memory)} {
        if (!ring_ || size <= MKL_RING_DATA || ring_->magic != MKL_RING_MAGIC ||
            ring_->version != MKL_RING_VERSION || ring_->capacity == 0 ||
            ring_->capacity > size - MKL_RING_DATA) {
            ring_ = nullptr;
            return;
        }
        capacity_ = ring_->capacity;
        written_ = published_ = ring_->written;
    }
    constexpr bool present() const { return ring_ != nullptr; }
    void put(char c) {
        if (!ring_) return;
        // Kernel and root task of one node share its log: at a line's start, go on behind whatever
        // the other has published.
        if (written_ == published_) written_ = published_ = load_relaxed(ring_->written);
        ring_->data[written_ % capacity_] = static_cast<uint8_t>(c);
        written_++;
        if (c == '\n') publish();
    }
    void publish() {
        if (!ring_) return;
        // `written` never goes back; a line the other wrote over is the one that is lost.
        const uint64_t other = load_relaxed(ring_->written);
        if (other > written_) written_ = other;
        published_ = written_;
        store_release(ring_->written, written_);
    }

    /// Makes a ring of `size` bytes in zeroed memory.
    static void init(void* memory, uint64_t size) {
        auto* ring = static_cast<mkl_ring*>(memory);
        ring->version = MKL_RING_VERSION;
        ring->capacity = static_cast<uint32_t>(size - MKL_RING_DATA);
        ring->written = 0;
        store_release<uint64_t>(ring->magic, MKL_RING_MAGIC);
    }

private:
    mkl_ring* ring_ = nullptr;
    uint64_t capacity_ = 1;
    uint64_t written_ = 0;
    uint64_t published_ = 0;
};

/// Follows a ring that somebody else writes. Never trusts a number in it beyond its own checks.
class RingReader {
public:
    constexpr RingReader() = default;
    RingReader(const void* memory, uint64_t size)
        : ring_{static_cast<const mkl_ring*>(memory)}, size_{size} {}

    /// True if a byte was there; `lost` counts bytes overwritten before they were read.
    bool get(char& c, uint64_t& lost) {
        if (!ring_ || size_ <= MKL_RING_DATA) return false;
        if (load_acquire(ring_->magic) != MKL_RING_MAGIC) return false;
        const uint64_t capacity = ring_->capacity;
        if (ring_->version != MKL_RING_VERSION || capacity == 0 ||
            capacity > size_ - MKL_RING_DATA) {
            return false;
        }
        const uint64_t written = load_acquire(ring_->written);
        if (written == read_) return false;
        if (written - read_ > capacity) {  // also when `written` went backwards: start afresh
            lost += written - read_ - capacity;
            read_ = written - capacity;
        }
        c = static_cast<char>(ring_->data[read_ % capacity]);
        read_++;
        return true;
    }

private:
    const mkl_ring* ring_ = nullptr;
    uint64_t size_ = 0;
    uint64_t read_ = 0;
};

}  // namespace mkl::rt
