// SPDX-License-Identifier: BSD-2-Clause
// Big-endian fields of firmware's headers and device tree blobs.
#pragma once

#include <cstdint>
#include <string_view>

#include "mkl/support/file_system.hpp"

namespace mkl::formats {

inline void append_be32(Bytes& out, uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8)
        out.push_back(static_cast<std::byte>(value >> shift & 0xff));
}
inline void append_be64(Bytes& out, uint64_t value) {
    append_be32(out, static_cast<uint32_t>(value >> 32));
    append_be32(out, static_cast<uint32_t>(value));
}
inline void append_text(Bytes& out, std::string_view text) {
    const auto bytes = as_bytes(text);
    out.insert(out.end(), bytes.begin(), bytes.end());
}

}  // namespace mkl::formats
