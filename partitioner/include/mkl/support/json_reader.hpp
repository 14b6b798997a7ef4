// SPDX-License-Identifier: BSD-2-Clause
// Reading JSON (RFC 8259), for files that other tools write. Bytes may be hostile: depth and number
// of values are bounded, a repeated member is an error, nothing is guessed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mkl {

struct JsonMember;

struct JsonValue {
    enum class Kind { null, boolean, number, text, array, object };
    Kind kind = Kind::null;
    bool truth = false;
    std::string text;                 ///< text; of a number, its digits as written
    std::vector<JsonMember> members;  ///< object; array: keys are empty

    /// Member of an object; nullptr if it has none of this name, or is no object.
    const JsonValue* member(std::string_view name) const;
    /// A number that is a whole one of 64 bits, or a text that holds one (decimal or 0x).
    std::optional<uint64_t> whole() const;
};

struct JsonMember {
    std::string key;
    JsonValue value;
};

/// nullopt and `error` ("line 3: ...") if `text` is not one JSON value.
std::optional<JsonValue> parse_json(std::string_view text, std::string& error);

}  // namespace mkl
