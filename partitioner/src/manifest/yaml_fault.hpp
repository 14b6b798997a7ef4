// SPDX-License-Identifier: BSD-2-Clause
// What the YAML parser complains of, in words that say what to change.
#pragma once

#include <string>
#include <string_view>

namespace mkl::manifest {

struct SyntaxFault {
    std::string message, hint;
    bool about_opener = false;  ///< It is about the start of the innermost list or mapping.
};

/// `parser` is yaml-cpp 0.7's text of an exception; `line`, from 0, is where in `text` it stands.
/// Texts without a wording of ours are quoted.
SyntaxFault syntax_fault(std::string_view parser, std::string_view text, int line);

}  // namespace mkl::manifest
