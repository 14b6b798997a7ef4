// SPDX-License-Identifier: BSD-2-Clause
// Building text: cat() joins anything printable, hex() and size() print numbers the way every
// mkl message and file does.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mkl/support/phys_range.hpp"

namespace mkl {

/// Lower-case hex with 0x, no padding: the form of every address in plan.json and messages.
std::string hex(uint64_t value);
inline std::string hex(PhysAddr address) { return hex(address.value); }

/// "[0x40000000, 0x50000000)".
std::string to_text(PhysRange range);

/// Bytes as people write them: "256 MiB", "4 KiB", "513 bytes"; exact, never rounded.
std::string size_text(uint64_t bytes);

namespace detail {
inline void append(std::string& out, std::string_view s) { out += s; }
inline void append(std::string& out, char c) { out += c; }
inline void append(std::string& out, PhysAddr a) { out += hex(a); }
inline void append(std::string& out, PhysRange r) { out += to_text(r); }
template <std::integral T>
requires(!std::same_as<T, char> && !std::same_as<T, bool>) void append(std::string& out, T value) {
    out += std::to_string(value);
}
}  // namespace detail

template <class... Parts>
std::string cat(const Parts&... parts) {
    std::string out;
    (detail::append(out, parts), ...);
    return out;
}

/// Smallest edit distance first; the candidate a user may have meant, or "" if none is near
/// (distance at most 2, and less than half of the word).
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

/// Shell quoting: plain if it needs none, else in single quotes.
std::string shell_quote(std::string_view word);

}  // namespace mkl
