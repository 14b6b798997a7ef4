// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <functional>
#include <iterator>
#include <span>
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

/// join(), or `none` of none.
template <class Items, class Text = std::identity>
std::string join_or(std::string_view none, const Items& items, const Text& text = {}) {
    return std::empty(items) ? std::string{none} : join(items, text);
}

/// join() of the first `most`: "a, b and 3 more".
template <class Items, class Text = std::identity>
std::string join_some(size_t most, const Items& items, const Text& text = {}) {
    const std::span all{items};
    if (all.size() <= most) return join(all, text);
    return cat(join(all.first(most), text), " and ", all.size() - most, " more");
}

}  // namespace mkl
