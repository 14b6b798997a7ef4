// SPDX-License-Identifier: BSD-2-Clause
// A row of a catalogue of findings. A function, not braces: clang-format 14 crashes on, or spreads
// over 300 columns, arrays of structures with texts as long as these.
#pragma once

#include <string_view>

#include "mkl/support/diagnostic.hpp"

namespace mkl {

/// Severity as severity_of(id).
constexpr FindingDoc finding_doc(std::string_view id, std::string_view slug, std::string_view title,
                                 std::string_view meaning, std::string_view example,
                                 std::string_view fix) {
    const Severity severity = id.front() == 'E'   ? Severity::error
                              : id.front() == 'W' ? Severity::warning
                                                  : Severity::note;
    return {id, slug, severity, title, meaning, example, fix};
}

}  // namespace mkl
