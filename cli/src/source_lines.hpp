// SPDX-License-Identifier: BSD-2-Clause
// Lines of the files that findings point at. Findings come in the order of the text for the most
// part: a line is searched from the last one on.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "mkl/support/diagnostic.hpp"

namespace mkl::render {

class SourceLines {
public:
    /// Line `number` (1-based) without its end; nullopt past the end of the file.
    std::optional<std::string_view> of(const SourceFile& file, uint32_t number) {
        if (file_ != &file || number < number_) {
            file_ = &file;
            number_ = 1;
            begin_ = 0;
        }
        const std::string_view text = file.text;
        for (; number_ < number; number_++) {
            const size_t end = text.find('\n', begin_);
            if (end == std::string_view::npos) return std::nullopt;
            begin_ = end + 1;
        }
        std::string_view line = text.substr(begin_, text.find('\n', begin_) - begin_);
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        return line;
    }

private:
    const SourceFile* file_ = nullptr;
    uint32_t number_ = 1;
    size_t begin_ = 0;
};

}  // namespace mkl::render
