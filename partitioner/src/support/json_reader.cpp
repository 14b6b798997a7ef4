// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/support/json_reader.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "mkl/support/text.hpp"

namespace mkl {

namespace {

constexpr size_t max_depth = 64;
constexpr size_t max_values = 1'000'000;

class Parser {
public:
    explicit Parser(std::string_view text) : text_{text} {}

    std::optional<JsonValue> run(std::string& error) {
        JsonValue value;
        const bool good = read_value(value, 0) && (skip_space(), at_ == text_.size());
        if (good) return value;
        if (why_.empty()) why_ = "something follows the value";
        const auto line = 1 + std::count(text_.begin(), text_.begin() + ptrdiff_t(at_), '\n');
        error = cat("line ", line, ": ", why_);
        return std::nullopt;
    }

private:
    bool fail(std::string why) {
        if (why_.empty()) why_ = std::move(why);
        return false;
    }
    void skip_space() {
        while (at_ < text_.size() && std::string_view{" \t\r\n"}.find(text_[at_]) != text_.npos)
            at_++;
    }
    bool take(char c) {
        skip_space();
        if (at_ == text_.size() || text_[at_] != c) return false;
        at_++;
        return true;
    }
    bool take_word(std::string_view word) {
        if (text_.substr(at_, word.size()) != word) return fail("a value is expected");
        at_ += word.size();
        return true;
    }

    bool read_value(JsonValue& out, size_t depth) {
        using Kind = JsonValue::Kind;
        skip_space();
        if (at_ == text_.size()) return fail("it ends in the middle");
        if (depth > max_depth) return fail("values are nested too deeply");
        if (++values_ > max_values) return fail("there are too many values");
        switch (text_[at_]) {
        case '{':
            return read_list(out, Kind::object, '}', depth);
        case '[':
            return read_list(out, Kind::array, ']', depth);
        case '"':
            out.kind = Kind::text;
            return read_text(out.text);
        case 't':
        case 'f':
            out.kind = Kind::boolean;
            out.truth = text_[at_] == 't';
            return take_word(out.truth ? "true" : "false");
        case 'n':
            return take_word("null");
        default:
            out.kind = Kind::number;
            return read_number(out.text);
        }
    }

    bool read_list(JsonValue& out, JsonValue::Kind kind, char close, size_t depth) {
        out.kind = kind;
        at_++;
        if (take(close)) return true;
        do {
            std::string key;
            if (kind == JsonValue::Kind::object) {
                skip_space();
                if (at_ == text_.size() || text_[at_] != '"') return fail("a name is expected");
                if (!read_text(key)) return false;
                if (out.member(key) != nullptr) return fail(cat("'", key, "' is there twice"));
                if (!take(':')) return fail("':' is expected");
            }
            JsonValue value;
            if (!read_value(value, depth + 1)) return false;
            out.members.push_back({std::move(key), std::move(value)});
        } while (take(','));
        return take(close) || fail(cat("'", close, "' is expected"));
    }

    bool read_number(std::string& out) {
        const size_t start = at_;
        while (at_ < text_.size() &&
               std::string_view{"+-.0123456789eE"}.find(text_[at_]) != text_.npos)
            at_++;
        if (at_ == start) return fail("a value is expected");
        out = text_.substr(start, at_ - start);
        return true;
    }

    /// A \u escape becomes '?' unless it is ASCII: no name that mkl looks for holds another.
    bool read_text(std::string& out) {
        for (at_++; at_ < text_.size(); at_++) {
            const char c = text_[at_];
            if (c == '"') {
                at_++;
                return true;
            }
            if (static_cast<unsigned char>(c) < 0x20) return fail("a control character in a text");
            if (c != '\\') {
                out += c;
            } else if (!read_escape(out)) {
                return false;
            }
        }
        return fail("a text does not end");
    }
    bool read_escape(std::string& out) {
        constexpr std::string_view names = "\"\\/bfnrt", values = "\"\\/\b\f\n\r\t";
        if (++at_ == text_.size()) return fail("a text does not end");
        if (const size_t i = names.find(text_[at_]); i != names.npos) {
            out += values[i];
            return true;
        }
        if (text_[at_] != 'u' || text_.size() - at_ < 5) return fail("an unknown escape");
        uint32_t code = 0;
        const char* first = text_.data() + at_ + 1;
        if (std::from_chars(first, first + 4, code, 16).ptr != first + 4)
            return fail("an unknown escape");
        out += code < 0x80 ? static_cast<char>(code) : '?';
        at_ += 4;
        return true;
    }

    std::string_view text_;
    size_t at_ = 0, values_ = 0;
    std::string why_;
};

}  // namespace

const JsonValue* JsonValue::member(std::string_view name) const {
    if (kind != Kind::object) return nullptr;
    for (const auto& [key, value] : members)
        if (key == name) return &value;
    return nullptr;
}

std::optional<uint64_t> JsonValue::whole() const {
    if (kind != Kind::number && kind != Kind::text) return std::nullopt;
    std::string_view digits = text;
    int base = 10;
    if (kind == Kind::text && (digits.starts_with("0x") || digits.starts_with("0X"))) {
        digits.remove_prefix(2);
        base = 16;
    }
    uint64_t value = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    if (error != std::errc{} || digits.empty() || end != digits.data() + digits.size())
        return std::nullopt;
    return value;
}

std::optional<JsonValue> parse_json(std::string_view text, std::string& error) {
    return Parser{text}.run(error);
}

}  // namespace mkl
