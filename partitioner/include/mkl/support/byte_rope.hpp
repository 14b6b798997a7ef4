// SPDX-License-Identifier: BSD-2-Clause
// A long byte string made of shared pieces. The four image formats of one payload differ in a few
// hundred bytes; as ropes they share the payload instead of holding it four times.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "mkl/support/file_system.hpp"

namespace mkl {

class ByteRope {
public:
    ByteRope() = default;
    explicit ByteRope(Bytes bytes) { append(std::move(bytes)); }
    explicit ByteRope(std::string_view text) { append(text); }

    void append(Bytes bytes);
    void append(std::string_view text);
    /// Shares `bytes`; nothing is copied.
    void append(SharedBytes bytes);
    /// Shares bytes [offset, offset + size). Precondition: inside `bytes`.
    void append(SharedBytes bytes, size_t offset, size_t size);
    void append(const ByteRope& other);
    void append_zeros(uint64_t count);
    /// Zeros up to the next multiple of `alignment` (a power of two).
    void align_to(uint64_t alignment);

    uint64_t size() const { return size_; }

    /// Calls `sink(std::span<const std::byte>)` for all bytes in order: see stream().
    template <class Sink>
    void for_each(Sink&& sink) const {
        for (const Piece& piece : pieces_) {
            if (piece.bytes) {
                stream(piece.bytes->bytes().subspan(piece.offset, piece.size),
                       piece.bytes->mapped(), sink);
            } else {
                for (size_t left = piece.size; left != 0;) {
                    const std::span<const std::byte> zeros = zero_block(left);
                    sink(zeros);
                    left -= zeros.size();
                }
            }
        }
    }

    /// All in one vector, for tests and small files.
    Bytes flatten() const;

private:
    struct Piece {
        SharedBytes bytes;  ///< nullptr: zeros
        size_t offset, size;
    };
    static std::span<const std::byte> zero_block(size_t at_most);

    std::vector<Piece> pieces_;
    uint64_t size_ = 0;
};

}  // namespace mkl
