// SPDX-License-Identifier: BSD-2-Clause
#include "numbers.hpp"

#include <algorithm>

#include "mkl/support/text.hpp"

namespace mkl::manifest {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

int digit_of(char c) {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// Digits of `text` in `base`, `_` allowed between two of them; nullopt if malformed.
struct Digits {
    bool well_formed = false, fits = true;
    uint64_t value = 0;
};
Digits digits(std::string_view text, uint64_t base) {
    Digits d;
    bool last_was_digit = false;
    for (const char c : text) {
        if (c == '_' && last_was_digit) {
            last_was_digit = false;
            continue;
        }
        const int digit = digit_of(c);
        if (digit < 0 || static_cast<uint64_t>(digit) >= base) return d;
        last_was_digit = true;
        if (d.value > (UINT64_MAX - static_cast<uint64_t>(digit)) / base)
            d.fits = false;
        else
            d.value = d.value * base + static_cast<uint64_t>(digit);
    }
    d.well_formed = last_was_digit;
    return d;
}

/// What to write for forms that people know from elsewhere.
std::string suggestion(std::string_view text, bool suffixes) {
    const size_t unit = std::min(text.find_first_not_of("0123456789"), text.size());
    const std::string_view number = text.substr(0, unit), rest = text.substr(unit);
    if (suffixes && !number.empty() && !rest.empty()) {
        const std::string upper{static_cast<char>(rest[0] & ~0x20)};
        const bool unit_known = upper == "K" || upper == "M" || upper == "G";
        const std::string_view tail = rest.substr(1);
        if (unit_known && (tail.empty() || tail == "B" || tail == "iB" || tail == "b"))
            return cat("write ", number, upper, " (K, M and G count in 1024)");
        if (rest[0] == '.')
            return "write a whole number of the next smaller unit, e.g. 1536M for 1.5G";
    }
    if (text.size() > 1 && text[0] == '0' && text[1] == 'X') return cat("write 0x", text.substr(2));
    return suffixes ? "write a decimal or 0x number, with K, M or G behind it if you like"
                    : "write a decimal or 0x number";
}

}  // namespace

Number parse_integer(std::string_view text, bool suffixes) {
    uint64_t factor = 1;
    std::string_view body = text;
    if (suffixes && !body.empty()) {
        switch (body.back()) {
        case 'K':
            factor = uint64_t{1} << 10;
            break;
        case 'M':
            factor = uint64_t{1} << 20;
            break;
        case 'G':
            factor = uint64_t{1} << 30;
            break;
        default:
            break;
        }
        if (factor != 1) body.remove_suffix(1);
    }
    if (!body.empty() && body[0] == '-') return {std::nullopt, cat("`", text, "` is negative"), ""};
    if (body.size() > 1 && body[0] == '0' && (is_digit(body[1]) || body[1] == '_')) {
        const size_t first = std::min(body.find_first_not_of("0_"), body.size());
        return {std::nullopt,
                cat("`", text, "` has a leading zero; some readers take it for octal"),
                cat("write ", first == body.size() ? std::string_view{"0"} : text.substr(first),
                    ", or a 0x number")};
    }
    const bool is_hex = body.size() > 2 && body[0] == '0' && body[1] == 'x';
    const Digits d = is_hex ? digits(body.substr(2), 16) : digits(body, 10);
    if (!d.well_formed)
        return {std::nullopt, cat("`", text, "` is not a number that mkl accepts"),
                suggestion(text, suffixes)};
    if (!d.fits || d.value > UINT64_MAX / factor)
        return {std::nullopt, cat("`", text, "` does not fit in 64 bits"), ""};
    return {d.value * factor, "", ""};
}

Number parse_duration(std::string_view text) {
    const size_t unit = std::min(text.find_first_not_of("0123456789_"), text.size());
    const std::string_view name = text.substr(unit);
    const uint64_t factor = name == "us" ? 1 : name == "ms" ? 1000 : name == "s" ? 1'000'000 : 0;
    if (factor == 0)
        return {std::nullopt, cat("`", text, "` is not a time"),
                "write a whole number with us, ms or s behind it, e.g. 2ms"};
    Number n = parse_integer(text.substr(0, unit), false);
    if (!n.value) return n;
    if (*n.value > UINT64_MAX / factor)
        return {std::nullopt, cat("`", text, "` does not fit in 64 bits of microseconds"), ""};
    n.value = *n.value * factor;
    return n;
}

}  // namespace mkl::manifest
