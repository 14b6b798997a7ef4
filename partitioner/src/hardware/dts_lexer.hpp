// SPDX-License-Identifier: BSD-2-Clause
// Characters of a device tree source: white space, comments, names, numbers, strings, positions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mkl {

class DtsLexer {
public:
    explicit DtsLexer(std::string_view text) : text_{text} {}

    /// Passes over blanks, comments and line markers of the preprocessor ("# 12 "file"").
    void skip();
    bool at_end() {
        skip();
        return at_ >= text_.size();
    }
    /// The next character that counts; '\0' at the end.
    char peek();
    /// Whether the text goes on with `word`; passes it if so.
    bool accept(std::string_view word);
    /// A label's or a property's or node's name; "" if none is here.
    std::string name();
    /// Letters, digits and '_': the label of a reference; "" if none is here.
    std::string word();
    /// A label (letters, digits, '_') behind which a ':' stands; both are passed.
    bool label(std::string& out);
    /// "..." with C escapes, without the quotes; nullopt if it is not closed.
    std::optional<std::string> string();
    /// 0x.., 0.., decimal, with suffixes U, L; 'c'; nullopt if none is here or it is too large.
    std::optional<uint64_t> number();
    /// One or two hexadecimal digits of a byte string.
    std::optional<uint8_t> byte();
    /// Up to and without `end`; passes `end` too. nullopt if it does not come.
    std::optional<std::string> until(char end);

    size_t position() const { return at_; }
    void back_to(size_t position) { at_ = position; }
    uint32_t line_of(size_t position) const;
    uint32_t column_of(size_t position) const;

private:
    std::optional<char> escape();

    std::string_view text_;
    size_t at_ = 0;
};

}  // namespace mkl
