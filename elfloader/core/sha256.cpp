// SPDX-License-Identifier: BSD-2-Clause
// FIPS 180-4: padding, and the plain rounds.
#include "sha256.hpp"

#include "arch.hpp"
#include "sha256_rounds.hpp"

namespace mkl::loader {

namespace {

void put_big_endian(uint8_t* to, uint32_t v) {
    for (unsigned i = 0; i < 4; i++) to[i] = static_cast<uint8_t>(v >> (24 - 8 * i));
}

void run(uint32_t (&state)[8], const uint8_t* data, uint64_t blocks) {
    if (!arch::sha256_blocks(state, data, blocks)) sha256_blocks(state, data, blocks);
}

}  // namespace

void sha256_blocks(uint32_t (&state)[8], const uint8_t* data, uint64_t blocks) {
    sha256_rounds::compress(state, data, blocks);
}

void sha256(const uint8_t* data, uint64_t size, uint8_t (&out)[32]) {
    uint32_t state[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    run(state, data, size / 64);
    alignas(8) uint8_t tail[128] = {};
    const uint64_t rest = size % 64;
    for (uint64_t i = 0; i < rest; i++) tail[i] = data[size - rest + i];
    tail[rest] = 0x80;
    const uint64_t blocks = rest < 56 ? 1 : 2;
    uint8_t* length = tail + blocks * 64 - 8;
    put_big_endian(length, static_cast<uint32_t>(size >> 29));
    put_big_endian(length + 4, static_cast<uint32_t>(size << 3));
    run(state, tail, blocks);
    for (unsigned i = 0; i < 8; i++) put_big_endian(out + uint64_t{4} * i, state[i]);
}

bool sha256_equals(const uint8_t* data, uint64_t size, const uint8_t (&expected)[32]) {
    uint8_t actual[32];
    sha256(data, size, actual);
    uint8_t difference = 0;
    for (unsigned i = 0; i < 32; i++) difference |= actual[i] ^ expected[i];
    return difference == 0;
}

}  // namespace mkl::loader
