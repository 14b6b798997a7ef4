// SPDX-License-Identifier: BSD-2-Clause
// FIPS 180-4 examples and lengths around the padding's edges.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sha256.hpp"

namespace mkl::loader {
namespace {

std::string hex_of(const std::string& text) {
    alignas(8) static uint8_t buffer[1100000];
    std::copy(text.begin(), text.end(), buffer);
    uint8_t out[32];
    sha256(buffer, text.size(), out);
    std::string hex;
    for (const uint8_t b : out) {
        hex += "0123456789abcdef"[b >> 4];
        hex += "0123456789abcdef"[b & 15];
    }
    return hex;
}

TEST(Sha256, Examples) {
    EXPECT_EQ(hex_of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(hex_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(hex_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    EXPECT_EQ(hex_of(std::string(1000000, 'a')),
              "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

// Reference values: sha256sum of that many 'x'.
TEST(Sha256, PaddingEdges) {
    EXPECT_EQ(hex_of(std::string(55, 'x')),
              "d5e285683cd4efc02d021a5c62014694958901005d6f71e89e0989fac77e4072");
    EXPECT_EQ(hex_of(std::string(56, 'x')),
              "04c26261370ee7541549d16dee320c723e3fd14671e66a099afe0a377c16888e");
    EXPECT_EQ(hex_of(std::string(63, 'x')),
              "75220b47218278e656f2013bb8f0c455a25eaf01e86c64924e9d48d89776d6f2");
    EXPECT_EQ(hex_of(std::string(64, 'x')),
              "7ce100971f64e7001e8fe5a51973ecdfe1ced42befe7ee8d5fd6219506b5393c");
    EXPECT_EQ(hex_of(std::string(65, 'x')),
              "9537c5fdf120482f7d58d25e9ed583f52c02b4e304ea814db1633ad565aed7e9");
}

TEST(Sha256, ComparesEveryByte) {
    alignas(8) const uint8_t data[4] = {1, 2, 3, 4};
    uint8_t out[32];
    sha256(data, 4, out);
    EXPECT_TRUE(sha256_equals(data, 4, out));
    for (unsigned i = 0; i < 32; i++) {
        out[i] ^= 1;
        EXPECT_FALSE(sha256_equals(data, 4, out));
        out[i] ^= 1;
    }
}

}  // namespace
}  // namespace mkl::loader
