// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <functional>
#include <string>

#include "mkl/support/text.hpp"

namespace mkl {

/// "a, b": what `text` makes of each item, as cat() has it; "" of none.
template <class Items, class Text = std::identity>
std::string join(const Items& items, const Text& text = {}) {
    std::string out;
    bool first = true;
    for (const auto& item : items) {
        out += cat(first ? "" : ", ", std::invoke(text, item));
        first = false;
    }
    return out;
}

}  // namespace mkl
