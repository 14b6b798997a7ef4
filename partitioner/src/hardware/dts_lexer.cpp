// SPDX-License-Identifier: BSD-2-Clause
#include "dts_lexer.hpp"

#include <algorithm>

namespace mkl {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_word(char c) { return is_digit(c) || is_letter(c) || c == '_'; }
/// Devicetree Specification 2.2.1 and 2.2.4, and '@' for unit addresses.
bool is_name(char c) {
    return is_word(c) || std::string_view{",.+*#?-@"}.find(c) != std::string_view::npos;
}

int digit_value(char c) {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return 16;
}

}  // namespace

void DtsLexer::skip() {
    while (at_ < text_.size()) {
        const std::string_view rest = text_.substr(at_);
        const char c = rest.front();
        const bool line_start = at_ == 0 || text_[at_ - 1] == '\n';
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v') {
            at_++;
        } else if (rest.starts_with("//") ||
                   (line_start && (rest.starts_with("# ") || rest.starts_with("#line ")))) {
            at_ += std::min(rest.find('\n'), rest.size());
        } else if (rest.starts_with("/*")) {
            const size_t end = rest.find("*/", 2);
            at_ += end == std::string_view::npos ? rest.size() : end + 2;
        } else {
            return;
        }
    }
}

char DtsLexer::peek() {
    skip();
    return at_ < text_.size() ? text_[at_] : '\0';
}

bool DtsLexer::accept(std::string_view word) {
    skip();
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
}

std::string DtsLexer::name() {
    skip();
    const size_t begin = at_;
    while (at_ < text_.size() && is_name(text_[at_])) at_++;
    return std::string{text_.substr(begin, at_ - begin)};
}

std::string DtsLexer::word() {
    skip();
    const size_t begin = at_;
    while (at_ < text_.size() && is_word(text_[at_])) at_++;
    return std::string{text_.substr(begin, at_ - begin)};
}

bool DtsLexer::label(std::string& out) {
    skip();
    size_t end = at_;
    while (end < text_.size() && is_word(text_[end])) end++;
    if (end == at_ || is_digit(text_[at_]) || end >= text_.size() || text_[end] != ':')
        return false;
    out = text_.substr(at_, end - at_);
    at_ = end + 1;
    return true;
}

std::optional<char> DtsLexer::escape() {
    if (at_ >= text_.size()) return std::nullopt;
    const char c = text_[at_++];
    constexpr std::string_view from = "abtnvfr", to = "\a\b\t\n\v\f\r";
    if (const size_t i = from.find(c); i != std::string_view::npos) return to[i];
    if (c == 'x') {
        int value = 0, digits = 0;
        while (digits < 2 && at_ < text_.size() && digit_value(text_[at_]) < 16) {
            value = value * 16 + digit_value(text_[at_++]);
            digits++;
        }
        if (digits == 0) return std::nullopt;
        return static_cast<char>(value);
    }
    if (c < '0' || c > '7') return c;
    int value = c - '0';
    for (int digits = 1; digits < 3 && at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '7';
         digits++)
        value = value * 8 + (text_[at_++] - '0');
    return static_cast<char>(value);
}

std::optional<std::string> DtsLexer::string() {
    if (!accept("\"")) return std::nullopt;
    std::string out;
    while (at_ < text_.size()) {
        const char c = text_[at_++];
        if (c == '"') return out;
        if (c != '\\') {
            out += c;
            continue;
        }
        const auto escaped = escape();
        if (!escaped) return std::nullopt;
        out += *escaped;
    }
    return std::nullopt;
}

std::optional<uint64_t> DtsLexer::number() {
    skip();
    if (at_ < text_.size() && text_[at_] == '\'') {
        const size_t begin = at_++;
        std::optional<char> c = std::nullopt;
        if (at_ < text_.size()) {
            c = text_[at_++];
            if (c == '\\') c = escape();
        }
        if (c && at_ < text_.size() && text_[at_] == '\'') {
            at_++;
            return static_cast<uint64_t>(static_cast<unsigned char>(*c));
        }
        at_ = begin;
        return std::nullopt;
    }
    size_t end = at_;
    uint64_t base = 10;
    if (text_.substr(end).starts_with("0x") || text_.substr(end).starts_with("0X")) {
        base = 16;
        end += 2;
    } else if (end < text_.size() && text_[end] == '0') {
        base = 8;
    }
    const size_t first = end;
    uint64_t value = 0;
    for (; end < text_.size() && static_cast<uint64_t>(digit_value(text_[end])) < base; end++) {
        const auto digit = static_cast<uint64_t>(digit_value(text_[end]));
        if (value > (UINT64_MAX - digit) / base) return std::nullopt;
        value = value * base + digit;
    }
    if (end == first) return std::nullopt;
    while (end < text_.size() &&
           std::string_view{"uUlL"}.find(text_[end]) != std::string_view::npos)
        end++;
    if (end < text_.size() && is_word(text_[end])) return std::nullopt;
    at_ = end;
    return value;
}

std::optional<uint8_t> DtsLexer::byte() {
    skip();
    int value = 0, digits = 0;
    while (digits < 2 && at_ < text_.size() && digit_value(text_[at_]) < 16) {
        value = value * 16 + digit_value(text_[at_++]);
        digits++;
    }
    if (digits != 2) return std::nullopt;
    return static_cast<uint8_t>(value);
}

std::optional<std::string> DtsLexer::until(char end) {
    const size_t at = text_.find(end, at_);
    if (at == std::string_view::npos) return std::nullopt;
    std::string out{text_.substr(at_, at - at_)};
    at_ = at + 1;
    return out;
}

uint32_t DtsLexer::line_of(size_t position) const {
    const auto end = text_.begin() + static_cast<ptrdiff_t>(std::min(position, text_.size()));
    return 1 + static_cast<uint32_t>(std::count(text_.begin(), end, '\n'));
}

uint32_t DtsLexer::column_of(size_t position) const {
    position = std::min(position, text_.size());
    const size_t line = position == 0 ? std::string_view::npos : text_.rfind('\n', position - 1);
    return static_cast<uint32_t>(position - (line == std::string_view::npos ? 0 : line + 1) + 1);
}

}  // namespace mkl
