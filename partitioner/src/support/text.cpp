// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/support/text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace mkl {

std::string hex(uint64_t value) {
    std::array<char, 24> buffer{};
    const int n = std::snprintf(buffer.data(), buffer.size(), "0x%llx",
                                static_cast<unsigned long long>(value));
    return {buffer.data(), static_cast<size_t>(n)};
}

std::string to_text(PhysRange range) {
    return "[" + hex(range.base()) + ", " + hex(range.end()) + ")";
}

std::string size_text(uint64_t bytes) {
    struct Unit {
        uint64_t bytes;
        std::string_view name;
    };
    constexpr std::array<Unit, 3> units{
        {{1ull << 30, "GiB"}, {1ull << 20, "MiB"}, {1ull << 10, "KiB"}}
    };
    for (const Unit& u : units)
        if (bytes != 0 && bytes % u.bytes == 0) return cat(bytes / u.bytes, ' ', u.name);
    return cat(bytes, bytes == 1 ? " byte" : " bytes");
}

/// Letters added, left out, changed, or exchanged with the next one, whatever their case.
static size_t edit_distance(std::string_view a, std::string_view b) {
    const auto same = [](char x, char y) {
        const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : int{c}; };
        return lower(x) == lower(y);
    };
    std::vector<size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    for (size_t k = 0; k <= b.size(); k++) row[k] = k;
    for (size_t i = 1; i <= a.size(); i++) {
        std::swap(before, last);
        std::swap(last, row);
        row[0] = i;
        for (size_t k = 1; k <= b.size(); k++) {
            row[k] = std::min(
                {last[k] + 1, row[k - 1] + 1, last[k - 1] + (same(a[i - 1], b[k - 1]) ? 0 : 1)});
            if (i > 1 && k > 1 && same(a[i - 1], b[k - 2]) && same(a[i - 2], b[k - 1]))
                row[k] = std::min(row[k], before[k - 2] + 1);
        }
    }
    return row[b.size()];
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
    std::string best;
    size_t best_distance = 3;
    for (const std::string& c : candidates) {
        const size_t longer = std::max(c.size(), word.size());
        if (longer > 256) continue;
        const size_t d = edit_distance(word, c);
        if (d < best_distance && 2 * d < longer) {
            best = c;
            best_distance = d;
        }
    }
    return best;
}

std::string shell_quote(std::string_view word) {
    constexpr std::string_view plain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,@%+";
    if (!word.empty() && word.find_first_not_of(plain) == std::string_view::npos)
        return std::string{word};
    std::string out = "'";
    for (const char c : word) {
        if (c == '\'')
            out += "'\\''";
        else
            out += c;
    }
    return out + "'";
}

}  // namespace mkl
