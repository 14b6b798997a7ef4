// SPDX-License-Identifier: BSD-2-Clause
// UTF-8, as far as mkl needs it: is the text well formed (RFC 3629), and what may a terminal see?
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mkl {

/// Bytes of the well-formed character that `text` starts with; 0 if it starts with none.
size_t utf8_length(std::string_view text);

/// Text that anybody may have written, for a terminal, which must not obey it: controls but tabs,
/// what changes the direction of text, and what is no UTF-8 become '?'.
std::string printable(std::string_view text, bool keep_newlines = false);

}  // namespace mkl
