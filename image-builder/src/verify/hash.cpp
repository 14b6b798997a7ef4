// SPDX-License-Identifier: BSD-2-Clause
#include <openssl/evp.h>

#include <cassert>
#include <memory>

#include "reader.hpp"

namespace mkl::verify {

namespace {

// Slicing by eight: table[k][b] is the CRC of byte b followed by k zero bytes.
struct CrcTables {
    uint32_t t[8][256];
    constexpr CrcTables() : t{} {
        for (uint32_t b = 0; b < 256; b++) {
            uint32_t crc = b;
            for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0xedb88320u & (0u - (crc & 1u)));
            t[0][b] = crc;
        }
        for (int k = 1; k < 8; k++)
            for (uint32_t b = 0; b < 256; b++)
                t[k][b] = (t[k - 1][b] >> 8) ^ t[0][t[k - 1][b] & 0xff];
    }
};
constexpr CrcTables tables;

}  // namespace

Digest sha256(const ByteView& bytes) {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(),
                                                                          &EVP_MD_CTX_free};
    Digest out{};
    bool ok = context && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1;
    bytes.for_each([&](std::span<const std::byte> piece) {
        ok = ok && EVP_DigestUpdate(context.get(), piece.data(), piece.size()) == 1;
    });
    ok = ok && EVP_DigestFinal_ex(context.get(), out.data(), nullptr) == 1;
    assert(ok);
    return ok ? out : Digest{};
}

uint32_t crc32(const ByteView& bytes) {
    uint32_t crc = ~0u;
    bytes.for_each([&](std::span<const std::byte> piece) {
        const auto byte = [&](size_t i) { return static_cast<uint32_t>(piece[i]); };
        size_t i = 0;
        for (; i + 8 <= piece.size(); i += 8) {
            const uint32_t low =
                crc ^ (byte(i) | byte(i + 1) << 8 | byte(i + 2) << 16 | byte(i + 3) << 24);
            crc = tables.t[7][low & 0xff] ^ tables.t[6][low >> 8 & 0xff] ^
                  tables.t[5][low >> 16 & 0xff] ^ tables.t[4][low >> 24] ^
                  tables.t[3][byte(i + 4)] ^ tables.t[2][byte(i + 5)] ^ tables.t[1][byte(i + 6)] ^
                  tables.t[0][byte(i + 7)];
        }
        for (; i < piece.size(); i++) crc = (crc >> 8) ^ tables.t[0][(crc ^ byte(i)) & 0xff];
    });
    return ~crc;
}

}  // namespace mkl::verify
