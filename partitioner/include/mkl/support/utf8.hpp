// SPDX-License-Identifier: BSD-2-Clause
// UTF-8, as far as mkl needs it: is the text well formed (RFC 3629)?
#pragma once

#include <cstddef>
#include <string_view>

namespace mkl {

/// Bytes of the well-formed character that `text` starts with; 0 if it starts with none.
size_t utf8_length(std::string_view text);

}  // namespace mkl
