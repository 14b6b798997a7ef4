// SPDX-License-Identifier: BSD-2-Clause
// Numbers as the system description writes them: decimal, 0x hex, `_` between digits, K, M, G
// (1024) behind integers. Everything that another reader might take for another number is an
// error that says what to write instead.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mkl::manifest {

struct Number {
    std::optional<uint64_t> value;
    std::string why;   ///< what is wrong, if there is no value
    std::string hint;  ///< what to write instead; may be empty
};

/// `suffixes`: whether K, M and G are accepted.
Number parse_integer(std::string_view text, bool suffixes);

/// Microseconds from "250us", "2ms" or "5s".
Number parse_duration(std::string_view text);

/// The same grammar as a regular expression (ECMA 262), for the schema.
inline constexpr std::string_view integer_pattern =
    "^(0|[1-9][0-9]*(_[0-9]+)*|0x[0-9a-fA-F]+(_[0-9a-fA-F]+)*)$";
inline constexpr std::string_view size_pattern =
    "^(0|[1-9][0-9]*(_[0-9]+)*|0x[0-9a-fA-F]+(_[0-9a-fA-F]+)*)[KMG]?$";
inline constexpr std::string_view duration_pattern = "^(0|[1-9][0-9]*(_[0-9]+)*)(us|ms|s)$";

}  // namespace mkl::manifest
