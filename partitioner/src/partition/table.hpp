// SPDX-License-Identifier: BSD-2-Clause
// Columns of text for the terminal.
#pragma once

#include <string>
#include <vector>

namespace mkl::placement {

/// Columns padded to their widest cell, two blanks before each row; the last one is not padded.
std::string text_table(const std::vector<std::vector<std::string>>& rows);

}  // namespace mkl::placement
