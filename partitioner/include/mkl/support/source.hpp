// SPDX-License-Identifier: BSD-2-Clause
// Where something stands in a user's file.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <string>

namespace mkl {

/// A text input, kept for the lines that findings show. `path` is as the user wrote it.
struct SourceFile {
    std::string path;
    std::string text;
};

/// 1-based line and column (in bytes); line 0 = the whole file; `length` bytes from the column.
/// For a place in a device tree `node` is its path and `file` the .dtb or .dts it came from;
/// for `--set` the file's path is "--set". No file: nowhere in particular (mkl itself).
struct SourceSpan {
    std::shared_ptr<const SourceFile> file;
    uint32_t line = 0, column = 0, length = 0;
    std::string node;

    bool known() const { return file != nullptr; }
};

/// A value and where the user wrote it.
template <class T>
struct Located {
    T value{};
    SourceSpan where;
};

}  // namespace mkl
