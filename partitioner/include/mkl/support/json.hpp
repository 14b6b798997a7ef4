// SPDX-License-Identifier: BSD-2-Clause
// JSON values and their text. Members keep the order in which they were added; strings come out
// as valid UTF-8 whatever they hold (bytes that are not become U+FFFD). Writing only.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mkl {

class Json {
public:
    Json() = default;  ///< null
    template <std::same_as<bool> T>
    Json(T value) : kind_{Kind::boolean}, number_{value ? 1u : 0u} {}
    template <std::unsigned_integral T>
    requires(!std::same_as<T, bool>) Json(T value) : kind_{Kind::number}, number_{value} {}
    template <std::signed_integral T>
    Json(T value)
        : kind_{Kind::number}, negative_{value < 0}, number_{value < 0
                                                                 ? 0 - static_cast<uint64_t>(value)
                                                                 : static_cast<uint64_t>(value)} {}
    Json(std::string text) : kind_{Kind::text}, text_{std::move(text)} {}
    Json(std::string_view text) : kind_{Kind::text}, text_{text} {}
    Json(const char* text) : kind_{Kind::text}, text_{text} {}

    static Json object() { return Json{Kind::object}; }
    static Json array() { return Json{Kind::array}; }

    /// Adds a member; this is an object. Returns *this, so that calls can be chained.
    Json& set(std::string_view key, Json value);
    /// Adds an element; this is an array.
    Json& add(Json value);
    /// Appends the members of another object.
    Json& merge(Json other);
    bool empty() const { return items_.empty(); }

    /// Two spaces a level; an object or array whose elements are all plain stands on one line if
    /// it fits in 100 columns. No newline at the end.
    std::string text() const;
    /// Without any white space.
    std::string compact() const;

private:
    enum class Kind { null, boolean, number, text, array, object };
    explicit Json(Kind kind) : kind_{kind} {}
    void write(std::string& out, size_t depth, bool pretty) const;
    void write_inline(std::string& out, bool pretty) const;
    bool plain() const { return kind_ != Kind::array && kind_ != Kind::object; }

    Kind kind_ = Kind::null;
    bool negative_ = false;
    uint64_t number_ = 0;
    std::string text_;
    std::vector<std::pair<std::string, Json>> items_;  ///< array: keys are empty
};

/// Text between double quotes, escaped.
std::string json_quote(std::string_view text);

}  // namespace mkl
