// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/support/json.hpp"

#include <array>
#include <cassert>

#include "mkl/support/utf8.hpp"

namespace mkl {

std::string json_quote(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out = "\"";
    for (size_t i = 0; i < text.size();) {
        const size_t n = utf8_length(text.substr(i));
        if (n == 0) {  // not UTF-8: one replacement character a byte
            out += "\\ufffd";
            i++;
            continue;
        }
        const auto c = static_cast<unsigned char>(text[i]);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += text[i];
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '\t') {
            out += "\\t";
        } else if (c < 0x20 || c == 0x7f) {
            out += "\\u00";
            out += digits[c >> 4];
            out += digits[c & 15];
        } else {
            out += text.substr(i, n);
        }
        i += n;
    }
    return out + '"';
}

Json& Json::set(std::string_view key, Json value) {
    assert(kind_ == Kind::object);
    items_.emplace_back(std::string{key}, std::move(value));
    return *this;
}

Json& Json::add(Json value) {
    assert(kind_ == Kind::array);
    items_.emplace_back(std::string{}, std::move(value));
    return *this;
}

Json& Json::merge(Json other) {
    assert(kind_ == Kind::object && other.kind_ == Kind::object);
    for (auto& [key, value] : other.items_) set(key, std::move(value));
    return *this;
}

void Json::write_inline(std::string& out, bool pretty) const {
    switch (kind_) {
    case Kind::null:
        out += "null";
        return;
    case Kind::boolean:
        out += number_ != 0 ? "true" : "false";
        return;
    case Kind::number:
        if (negative_) out += '-';
        out += std::to_string(number_);
        return;
    case Kind::text:
        out += json_quote(text_);
        return;
    case Kind::array:
    case Kind::object:
        break;
    }
    const bool is_object = kind_ == Kind::object;
    out += is_object ? '{' : '[';
    for (size_t i = 0; i < items_.size(); i++) {
        if (i != 0) out += pretty ? ", " : ",";
        if (is_object) {
            out += json_quote(items_[i].first);
            out += pretty ? ": " : ":";
        }
        items_[i].second.write_inline(out, pretty);
    }
    out += is_object ? '}' : ']';
}

void Json::write(std::string& out, size_t depth, bool pretty) const {
    bool flat = true;
    for (const auto& [key, value] : items_) flat = flat && (value.plain() || value.items_.empty());
    if (!pretty || plain() || flat) {
        std::string line;
        write_inline(line, pretty);
        if (!pretty || plain() || items_.size() < 2 || 2 * depth + line.size() <= 100) {
            out += line;
            return;
        }
    }
    const bool is_object = kind_ == Kind::object;
    out += is_object ? '{' : '[';
    for (size_t i = 0; i < items_.size(); i++) {
        if (i != 0) out += ',';
        out += '\n';
        out.append(2 * (depth + 1), ' ');
        if (is_object) out += json_quote(items_[i].first) + ": ";
        items_[i].second.write(out, depth + 1, pretty);
    }
    out += '\n';
    out.append(2 * depth, ' ');
    out += is_object ? '}' : ']';
}

std::string Json::text() const {
    std::string out;
    write(out, 0, true);
    return out;
}

std::string Json::compact() const {
    std::string out;
    write_inline(out, false);
    return out;
}

}  // namespace mkl
