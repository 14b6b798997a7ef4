// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/support/byte_rope.hpp"

#include <algorithm>
#include <array>
#include <cassert>

namespace mkl {

void ByteRope::append(Bytes bytes) { append(std::make_shared<const Content>(std::move(bytes))); }

void ByteRope::append(std::string_view text) {
    const std::span<const std::byte> bytes = as_bytes(text);
    append(Bytes(bytes.begin(), bytes.end()));
}

void ByteRope::append(SharedBytes bytes) {
    const size_t size = bytes->size();
    append(std::move(bytes), 0, size);
}

void ByteRope::append(SharedBytes bytes, size_t offset, size_t size) {
    assert(offset <= bytes->size() && size <= bytes->size() - offset);
    if (size == 0) return;
    size_ += size;
    if (!pieces_.empty()) {
        Piece& last = pieces_.back();
        if (last.bytes == bytes && last.offset + last.size == offset) {
            last.size += size;
            return;
        }
    }
    pieces_.push_back({std::move(bytes), offset, size});
}

void ByteRope::append(const ByteRope& other) {
    // Index, not iterator: `other` may be *this.
    const size_t count = other.pieces_.size();
    pieces_.reserve(pieces_.size() + count);
    for (size_t i = 0; i < count; i++) pieces_.push_back(other.pieces_[i]);
    size_ += other.size_;
}

void ByteRope::append_zeros(uint64_t count) {
    if (count == 0) return;
    pieces_.push_back({nullptr, 0, static_cast<size_t>(count)});
    size_ += count;
}

void ByteRope::align_to(uint64_t alignment) {
    append_zeros((alignment - size_ % alignment) % alignment);
}

Bytes ByteRope::flatten() const {
    Bytes all;
    all.reserve(static_cast<size_t>(size_));
    for_each([&](std::span<const std::byte> piece) {
        all.insert(all.end(), piece.begin(), piece.end());
    });
    return all;
}

std::span<const std::byte> ByteRope::zero_block(size_t at_most) {
    static constexpr std::array<std::byte, 4096> zeros{};
    return std::span{zeros}.first(std::min(at_most, zeros.size()));
}

}  // namespace mkl
