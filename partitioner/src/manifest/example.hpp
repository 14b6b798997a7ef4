// SPDX-License-Identifier: BSD-2-Clause
// Hints out of the tables: what a value of a shape may look like.
#pragma once

#include <string>

#include "shape.hpp"
#include "syntax.hpp"

namespace mkl::manifest {

/// A value of the shape, as YAML in one line; capitals stand for what only the user knows:
/// "{NAME: {cpu: 0, memory: 64M}}".
std::string example_of(const Shape& shape);

/// What to write instead of a value of another kind: `[x]` for an `x` where a list is meant.
std::string kind_hint(const SyntaxNode& node, const Shape& shape);

/// And instead of a number outside the range of the shape.
std::string range_hint(const Shape& shape, bool above);

}  // namespace mkl::manifest
