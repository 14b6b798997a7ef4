// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/support/byte_rope.hpp"

#include <gtest/gtest.h>

namespace mkl {
namespace {

TEST(ByteRope, JoinsPiecesInOrder) {
    const auto shared =
        std::make_shared<const Content>(ByteRope{std::string_view{"abcdef"}}.flatten());
    ByteRope rope{std::string_view{"x"}};
    rope.append(shared, 2, 3);
    rope.append_zeros(2);
    rope.append(rope);
    EXPECT_EQ(rope.size(), 12u);
    EXPECT_EQ(as_text(rope.flatten()), std::string_view("xcde\0\0xcde\0\0", 12));
}

TEST(ByteRope, ZerosMayBeLongerThanABlock) {
    ByteRope rope;
    rope.append_zeros(10000);
    EXPECT_EQ(rope.flatten(), Bytes(10000));
}

TEST(ByteRope, AlignsOnlyWhenNeeded) {
    ByteRope rope{std::string_view{"abc"}};
    rope.align_to(4);
    EXPECT_EQ(rope.size(), 4u);
    rope.align_to(4);
    EXPECT_EQ(rope.size(), 4u);
}

}  // namespace
}  // namespace mkl
