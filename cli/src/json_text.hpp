// SPDX-License-Identifier: BSD-2-Clause
// JSON strings (RFC 8259, section 7) for the two JSON renderers.
#pragma once

#include <string>
#include <string_view>

namespace mkl::render {

/// In quotes. Bytes that are not valid UTF-8 become U+FFFD, so that the document always parses.
std::string quoted(std::string_view text);

}  // namespace mkl::render
