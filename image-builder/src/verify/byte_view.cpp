// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/verify/byte_view.hpp"

#include <cassert>
#include <cstring>

namespace mkl {

void ByteView::append(std::span<const std::byte> bytes) {
    if (bytes.empty()) return;
    pieces_.push_back({size_, bytes});
    size_ += bytes.size();
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
        out.append(from);
        offset += from.size();
        size -= from.size();
    }
    return out;
}

template <class Equal>
bool ByteView::compare(const ByteView& other, Equal&& equal) const {
    if (size_ != other.size_) return false;
    for (size_t i = 0, k = 0, a = 0, b = 0; i < pieces_.size() && k < other.pieces_.size();) {
        const auto mine = pieces_[i].bytes.subspan(a), theirs = other.pieces_[k].bytes.subspan(b);
        const size_t n = std::min(mine.size(), theirs.size());
        if (!equal(mine.first(n), theirs.first(n))) return false;
        a = n == mine.size() ? 0 : a + n;
        b = n == theirs.size() ? 0 : b + n;
        i += n == mine.size();
        k += n == theirs.size();
    }
    return true;
}

bool ByteView::same(const ByteView& other) const {
    return compare(other, [](auto a, auto b) {
        return a.data() == b.data() || std::memcmp(a.data(), b.data(), a.size()) == 0;
    });
}

bool ByteView::same_memory(const ByteView& other) const {
    return compare(other, [](auto a, auto b) { return a.data() == b.data(); });
}

ByteView view_of(const ByteRope& rope) {
    ByteView view;
    rope.for_each([&](std::span<const std::byte> piece) { view.append(piece); });
    return view;
}

}  // namespace mkl
