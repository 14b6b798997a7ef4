// SPDX-License-Identifier: BSD-2-Clause
// Read-only bytes in pieces: a mapped file is one piece, an image not yet written is several.
// Every access is checked; nothing is copied unless a read crosses pieces.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "mkl/support/file_system.hpp"

namespace mkl {

class ByteView {
public:
    ByteView() = default;
    /// The bytes must outlive the view.
    ByteView(std::span<const std::byte> bytes) { append(bytes); }
    ByteView(const Content& content) { append(content.bytes(), content.mapped()); }

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
    /// Calls `sink(span)` for all bytes in order: see stream().
    template <class Sink>
    void for_each(Sink&& sink) const {
        for (const Piece& p : pieces_) stream(p.bytes, p.mapped, sink);
    }

    void append(std::span<const std::byte> bytes, bool mapped = false);
    void append(const ByteView& other);

    /// Same bytes.
    bool same(const ByteView& other) const;

private:
    struct Piece {
        uint64_t begin;
        std::span<const std::byte> bytes;
        bool mapped;  ///< from a file: Content::mapped()
    };
    /// Index of the piece that holds `offset`; offset < size_.
    size_t piece_at(uint64_t offset) const;

    std::vector<Piece> pieces_;
    uint64_t size_ = 0;
};

}  // namespace mkl
