// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/support/utf8.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace mkl {

size_t utf8_length(std::string_view text) {
    if (text.empty()) return 0;
    const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned first = byte(0);
    if (first < 0x80) return 1;
    // RFC 3629, section 4: length from the first byte; overlong forms and surrogates are out.
    const size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
    uint32_t code = first & (0xffu >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((byte(i) & 0xc0u) != 0x80) return 0;
        code = code << 6 | (byte(i) & 0x3fu);
    }
    const uint32_t least = length == 4 ? 0x10000 : length == 3 ? 0x800 : 0x80;
    if (code < least || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return 0;
    return length;
}

namespace {

bool is_control(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; }

// Characters of more than one byte that a terminal obeys, or that make text look like another one:
// C1 controls (ECMA-48 8.3), and what orders text from right to left (Unicode UAX #9, table 3-1).
bool steers(std::string_view character) {
    static constexpr std::string_view marks[] = {"\u061c", "\u200e", "\u200f", "\u2028", "\u2029"};
    if (character.size() == 2 && character < "\u00a0") return true;
    return std::find(std::begin(marks), std::end(marks), character) != std::end(marks) ||
           (character >= "\u202a" && character <= "\u202e") ||
           (character >= "\u2066" && character <= "\u2069");
}

}  // namespace

std::string printable(std::string_view text, bool keep_newlines) {
    std::string out;
    while (!text.empty()) {
        const size_t length = utf8_length(text);
        const std::string_view character = text.substr(0, std::max<size_t>(length, 1));
        const bool plain = length == 1 ? !is_control(text[0]) || (keep_newlines && text[0] == '\n')
                                       : length != 0 && !steers(character);
        out += plain ? character : "?";
        text.remove_prefix(character.size());
    }
    return out;
}

}  // namespace mkl
