// SPDX-License-Identifier: BSD-2-Clause
// What a value may look like. The reader checks values against shapes and the JSON schema is
// printed from them, so the two cannot differ.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace mkl::manifest {

struct Shape;

/// One key of a mapping, as the schema and messages show it.
struct KeyDoc {
    std::string_view name;
    const Shape* shape = nullptr;
    bool required = false;
    std::string_view description;
};

/// `key` has a meaning only where the key `by` of the same mapping is one of `values`.
struct KeyScope {
    std::string_view key, by;
    std::vector<std::string_view> values;
};

struct Shape {
    enum class Kind {
        text,      ///< any string; `pattern` if not empty
        integer,   ///< min..max
        size,      ///< min..max, K M G accepted
        duration,  ///< 5s
        boolean,
        choice,  ///< one of `choices`
        keys,    ///< mapping with the keys of `keys`
        named,   ///< mapping from a name to `item`
        list,    ///< of `item`
        any,     ///< one of `any`
    };
    Kind kind = Kind::text;
    std::string_view what;  ///< in messages: "a size such as 64M"
    uint64_t min = 0, max = UINT64_MAX;
    std::string_view pattern{};
    std::string_view example{};  ///< in hints; if empty, example_of() makes one of its kind
    std::vector<std::string_view> choices{};
    std::vector<KeyDoc> keys{};
    const Shape* item = nullptr;
    std::vector<const Shape*> any{};
    std::vector<std::string_view> needs_one{};    ///< at least one of these keys
    std::vector<std::string_view> at_most_one{};  ///< of these keys
    std::vector<KeyScope> scopes{};
};

/// Shape of the whole document.
const Shape& system_shape();

}  // namespace mkl::manifest
