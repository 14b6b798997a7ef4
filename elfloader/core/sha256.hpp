// SPDX-License-Identifier: BSD-2-Clause
// SHA-256 (FIPS 180-4). Integrity only; authenticity is the signed FIT's.
#pragma once

#include <stdint.h>

namespace mkl::loader {

/// Plain rounds over `blocks` times 64 bytes; unrolled, 16-word schedule. `data` 4-byte aligned.
void sha256_blocks(uint32_t (&state)[8], const uint8_t* data, uint64_t blocks);

/// Hash of [data, data + size), 32 bytes. `data` 4-byte aligned. Uses the CPU's instructions
/// where arch::sha256_blocks has them.
void sha256(const uint8_t* data, uint64_t size, uint8_t (&out)[32]);

/// True if the hash of [data, data + size) is `expected`.
[[nodiscard]] bool sha256_equals(const uint8_t* data, uint64_t size, const uint8_t (&expected)[32]);

}  // namespace mkl::loader
