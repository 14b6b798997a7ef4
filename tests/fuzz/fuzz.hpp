// SPDX-License-Identifier: BSD-2-Clause
// What every fuzz target has: its entry point, and optionally seeds that a program can write.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mkl/support/file_system.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace mkl::fuzz {

inline std::span<const std::byte> bytes(const uint8_t* data, size_t size) {
    return std::as_bytes(std::span{data, size});
}

/// Keeps the reads that led to `value` from being left out.
inline void consume(uint64_t value) {
    static volatile uint64_t kept = 0;
    kept = kept ^ value;
}

/// Seeds beside the corpus directory; a target without any returns none.
std::vector<Bytes> seeds();

/// Whichever of the seeds the first byte chooses, with the rest of the input laid over it: runs of
/// (offset 3 bytes, length 1 byte, data). Lets a fuzzer reach deep into a format with few bytes.
inline Bytes patched(const Bytes& seed, const uint8_t* data, size_t size) {
    Bytes out = seed;
    while (size >= 4) {
        const size_t offset = data[0] | size_t{data[1]} << 8 | size_t{data[2]} << 16;
        const size_t length = std::min<size_t>(data[3] % 16 + 1, size - 4);
        data += 4;
        size -= 4;
        for (size_t i = 0; i < length && !out.empty(); i++)
            out[(offset + i) % out.size()] = std::byte{data[i]};
        data += length;
        size -= length;
    }
    return out;
}

}  // namespace mkl::fuzz
