// SPDX-License-Identifier: BSD-2-Clause
// Arithmetic in device tree source: C's integer operators between parentheses (Devicetree
// Specification 0.4, section 6.3).
#pragma once

#include <cstdint>
#include <optional>

#include "dts_lexer.hpp"

namespace mkl {

/// The value of an expression, read from behind its "(" up to and with its ")". nullopt if it is
/// none, divides by zero or nests too deep.
std::optional<uint64_t> dts_expression(DtsLexer& in);

}  // namespace mkl
