// SPDX-License-Identifier: BSD-2-Clause
// SHA-256 (FIPS 180-4, by OpenSSL) and CRC-32 (IEEE 802.3, as mkl_crc32 but for large data).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "mkl/support/byte_rope.hpp"

namespace mkl {

using Sha256 = std::array<std::byte, 32>;

class Sha256Stream {
public:
    Sha256Stream();
    ~Sha256Stream();
    Sha256Stream(const Sha256Stream&) = delete;
    Sha256Stream& operator=(const Sha256Stream&) = delete;
    void update(std::span<const std::byte> bytes);
    Sha256 finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

Sha256 sha256(std::span<const std::byte> bytes);
Sha256 sha256(const ByteRope& rope);
/// Digest of each, on as many threads as the machine has CPUs; they have ended when it returns.
std::vector<Sha256> sha256_all(std::span<const ByteRope> ropes);
/// 64 lower-case hex digits.
std::string hex_digest(const Sha256& digest);

/// Chains like mkl_crc32: start with 0.
uint32_t crc32(uint32_t crc, std::span<const std::byte> bytes);
uint32_t crc32(const ByteRope& rope);

}  // namespace mkl
