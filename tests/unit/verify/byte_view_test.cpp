// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/verify/byte_view.hpp"

#include <gtest/gtest.h>

namespace mkl {
namespace {

TEST(ByteView, ReadsAcrossPiecesAndNeverOutside) {
    ByteView view;
    view.append(as_bytes("abc"));
    view.append(std::span<const std::byte>{});
    view.append(as_bytes("defg"));
    ASSERT_EQ(view.size(), 7u);
    Bytes storage;
    for (uint64_t offset = 0; offset <= 8; offset++)
        for (uint64_t size = 0; size <= 9; size++) {
            const auto part = view.read(offset, size, storage);
            const auto cut = view.part(offset, size);
            ASSERT_EQ(part.has_value(), offset + size <= 7) << offset << ' ' << size;
            ASSERT_EQ(cut.has_value(), part.has_value());
            if (!part) continue;
            const std::string expected = std::string{"abcdefg"}.substr(offset, size);
            EXPECT_EQ(as_text(*part), expected);
            std::string joined;
            cut->for_each([&](std::span<const std::byte> p) { joined += as_text(p); });
            EXPECT_EQ(joined, expected);
        }
    EXPECT_FALSE(view.holds(1, UINT64_MAX));
    EXPECT_FALSE(view.value<uint64_t>(0));
    EXPECT_EQ(view.value<uint32_t>(2), 0x66656463u);
}

TEST(ByteView, ComparesBytesAndNotPieces) {
    ByteView whole, pieces, other, shorter;
    whole.append(as_bytes("abcdefg"));
    pieces.append(as_bytes("ab"));
    pieces.append(as_bytes("cdefg"));
    other.append(as_bytes("abc"));
    other.append(as_bytes("defh"));
    shorter.append(as_bytes("abcdef"));
    EXPECT_TRUE(whole.same(pieces));
    EXPECT_TRUE(pieces.same(whole));
    EXPECT_FALSE(whole.same(other));
    EXPECT_FALSE(pieces.same(shorter));
}

}  // namespace
}  // namespace mkl
