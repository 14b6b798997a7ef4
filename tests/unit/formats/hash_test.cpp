// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/formats/hash.hpp"

#include <gtest/gtest.h>

#include "mkl/abi/common.h"

namespace mkl {
namespace {

TEST(Hash, Sha256OfKnownTexts) {
    // FIPS 180-4 examples.
    EXPECT_EQ(hex_digest(sha256(as_bytes("abc"))),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(hex_digest(sha256(as_bytes(""))),
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Hash, RopeHashesLikeItsBytes) {
    ByteRope rope{std::string_view{"head"}};
    rope.append_zeros(10000);
    rope.append(std::string_view{"tail"});
    EXPECT_EQ(sha256(rope), sha256(rope.flatten()));
    EXPECT_EQ(crc32(rope), crc32(0, rope.flatten()));
}

TEST(Hash, ManyAtOnceAreTheSame) {
    std::vector<ByteRope> ropes(5);
    for (size_t i = 0; i < ropes.size(); i++) {
        ropes[i].append_zeros(i * 700000);
        ropes[i].append(std::string_view{"end"});
    }
    const std::vector<Sha256> digests = sha256_all(ropes);
    ASSERT_EQ(digests.size(), ropes.size());
    for (size_t i = 0; i < ropes.size(); i++) EXPECT_EQ(digests[i], sha256(ropes[i]));
    EXPECT_TRUE(sha256_all({}).empty());
}

TEST(Hash, CrcIsTheContractsAtEveryLengthAndSplit) {
    Bytes bytes(67);
    for (size_t i = 0; i < bytes.size(); i++) bytes[i] = static_cast<std::byte>(i * 31 + 5);
    for (size_t size = 0; size <= bytes.size(); size++) {
        const auto part = std::span{bytes}.first(size);
        const uint32_t expected = mkl_crc32(0, bytes.data(), size);
        EXPECT_EQ(crc32(0, part), expected) << size;
        const size_t half = size / 2;
        EXPECT_EQ(crc32(crc32(0, part.first(half)), part.subspan(half)), expected) << size;
    }
    EXPECT_EQ(crc32(0, as_bytes("123456789")), 0xcbf43926u);  // the check value of CRC-32
}

}  // namespace
}  // namespace mkl
