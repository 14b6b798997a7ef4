// SPDX-License-Identifier: BSD-2-Clause
// Small changes to a node that is being built.
#pragma once

#include <string_view>

#include "mkl/model/device_tree.hpp"

namespace mkl {

/// The text with its NUL.
Bytes text_value(std::string_view text);

/// Replaces the property in place, or appends it.
void set(DtNode& node, std::string_view name, Bytes value);

void remove(DtNode& node, std::string_view name);

}  // namespace mkl
