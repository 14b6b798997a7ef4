// SPDX-License-Identifier: BSD-2-Clause
// Read-only bytes in pieces: a mapped file is one piece, an image not yet written is several.
// Every access is checked; nothing is copied unless a read crosses pieces.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "mkl/support/byte_rope.hpp"
#include "mkl/support/file_system.hpp"

namespace mkl {

class ByteView {
public:
    ByteView() = default;
    /// The bytes must outlive the view.
    ByteView(std::span<const std::byte> bytes) { append(bytes); }

    uint64_t size() const { return size_; }
    /// Whether [offset, offset + size) lies inside; offset + size may wrap.
    bool holds(uint64_t offset, uint64_t size) const {
        return offset <= size_ && size <= size_ - offset;
    }
    /// [offset, offset + size) as one span; in `storage` if it crosses pieces. nullopt outside.
    std::optional<std::span<const std::byte>> read(uint64_t offset, uint64_t size,
                                                   Bytes& storage) const;
    /// The part [offset, offset + size); nullopt outside.
    std::optional<ByteView> part(uint64_t offset, uint64_t size) const;
    /// A trivially copyable value at `offset`; nullopt outside.
    template <class T>
    std::optional<T> value(uint64_t offset) const {
        static_assert(std::is_trivially_copyable_v<T>);
        T out;
        return copy(offset, std::as_writable_bytes(std::span{&out, 1})) ? std::optional{out}
                                                                        : std::nullopt;
    }
    /// Fills `out` from `offset`; false if that reaches outside.
    bool copy(uint64_t offset, std::span<std::byte> out) const;
    /// Calls `sink(span)` for each piece in order.
    template <class Sink>
    void for_each(Sink&& sink) const {
        for (const Piece& p : pieces_) sink(p.bytes);
    }

    void append(std::span<const std::byte> bytes);

    /// Same bytes. Pieces that are the same memory are not compared.
    bool same(const ByteView& other) const;
    /// The same memory, piece by piece: no byte is looked at.
    bool same_memory(const ByteView& other) const;

private:
    /// Calls `equal(mine, theirs)` for spans of one length until it is false; false then.
    template <class Equal>
    bool compare(const ByteView& other, Equal&& equal) const;
    struct Piece {
        uint64_t begin;
        std::span<const std::byte> bytes;
    };
    /// Index of the piece that holds `offset`; offset < size_.
    size_t piece_at(uint64_t offset) const;

    std::vector<Piece> pieces_;
    uint64_t size_ = 0;
};

/// The rope must outlive the view.
ByteView view_of(const ByteRope& rope);

}  // namespace mkl
