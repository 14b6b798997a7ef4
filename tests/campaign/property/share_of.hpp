// SPDX-License-Identifier: BSD-2-Clause
// How much of a campaign this run does: MKL_CAMPAIGN_PERCENT (1 to 100, 2 if it is not set).
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace mkl::test {

inline size_t share_of(size_t whole) {
    const char* text = std::getenv("MKL_CAMPAIGN_PERCENT");
    const long percent = text ? std::clamp(std::strtol(text, nullptr, 10), 1L, 100L) : 2;
    return std::max<size_t>(whole * static_cast<size_t>(percent) / 100, 1);
}

}  // namespace mkl::test
