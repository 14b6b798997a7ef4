// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/verify/byte_view.hpp"

#include <cassert>
#include <cstring>

namespace mkl {

void ByteView::append(std::span<const std::byte> bytes, bool mapped) {
    if (bytes.empty()) return;
    pieces_.push_back({size_, bytes, mapped});
    size_ += bytes.size();
}

void ByteView::append(const ByteView& other) {
    for (const Piece& p : other.pieces_) append(p.bytes, p.mapped);
}

size_t ByteView::piece_at(uint64_t offset) const {
    const auto after = std::upper_bound(pieces_.begin(), pieces_.end(), offset,
                                        [](uint64_t o, const Piece& p) { return o < p.begin; });
    assert(after != pieces_.begin());
    return static_cast<size_t>(after - pieces_.begin()) - 1;
}

bool ByteView::copy(uint64_t offset, std::span<std::byte> out) const {
    if (!holds(offset, out.size())) return false;
    if (out.empty()) return true;
    for (size_t i = piece_at(offset); !out.empty(); i++) {
        const auto from = pieces_[i].bytes.subspan(offset - pieces_[i].begin);
        const size_t n = std::min(from.size(), out.size());
        std::memcpy(out.data(), from.data(), n);
        out = out.subspan(n);
        offset += n;
    }
    return true;
}

std::optional<std::span<const std::byte>> ByteView::read(uint64_t offset, uint64_t size,
                                                         Bytes& storage) const {
    if (!holds(offset, size)) return std::nullopt;
    if (size == 0) return std::span<const std::byte>{};
    const Piece& p = pieces_[piece_at(offset)];
    const uint64_t at = offset - p.begin;
    if (size <= p.bytes.size() - at) return p.bytes.subspan(at, size);
    storage.resize(size);
    copy(offset, storage);
    return std::span<const std::byte>{storage};
}

std::optional<ByteView> ByteView::part(uint64_t offset, uint64_t size) const {
    if (!holds(offset, size)) return std::nullopt;
    ByteView out;
    if (size == 0) return out;
    for (size_t i = piece_at(offset); size != 0; i++) {
        auto from = pieces_[i].bytes.subspan(offset - pieces_[i].begin);
        from = from.first(std::min<uint64_t>(from.size(), size));
        out.append(from, pieces_[i].mapped);
        offset += from.size();
        size -= from.size();
    }
    return out;
}

bool ByteView::same(const ByteView& other) const {
    if (size_ != other.size_) return false;
    uint64_t at = 0;
    bool equal = true;
    for_each([&](std::span<const std::byte> mine) {
        const auto theirs = other.part(at, mine.size());
        at += mine.size();
        theirs->for_each([&](std::span<const std::byte> piece) {
            equal = equal && std::memcmp(mine.data(), piece.data(), piece.size()) == 0;
            mine = mine.subspan(piece.size());
        });
    });
    return equal;
}

}  // namespace mkl
