// SPDX-License-Identifier: BSD-2-Clause
#include "yaml_fault.hpp"

#include <algorithm>

#include "mkl/support/text.hpp"

namespace mkl::manifest {

namespace {

struct Wording {
    std::string_view parser;  ///< yaml-cpp's text starts with it.
    std::string_view message, hint;
    bool about_opener = false;
};

// clang-format off
constexpr Wording wordings[] = {
    {"end of map flow not found", "a `{` is not closed before this", "add the closing `}`", true},
    {"end of sequence flow not found", "a `[` is not closed before this", "add the closing `]`",
     true},
    {"illegal flow end", "this bracket closes none that is open",
     "`{` is closed by `}` and `[` by `]`: remove this one, or close the inner one first"},
    {"end of map not found", "this line is neither a key of the mapping that it follows nor deeper",
     "indent it like the keys that it belongs to", true},
    {"end of sequence not found", "this line is neither an item of the list that it follows nor "
     "deeper", "indent it like the `-` that it belongs to", true},
    {"illegal map value", "a second `:` where one value stands, or a key after a line without `:`",
     "one `key: value` on each line; quote a text that has `: ` in it"},
    {"illegal block entry", "no list item can stand behind a key on its line",
     "put each `- item` on a line of its own, or write [a, b]"},
    {"unknown token", "no plain value starts with this character", "quote the value"},
    {"the referenced anchor is not defined", "no value above is named by `&` with this alias's name",
     "name one by `&name`, or write the value out; quote a text that starts with `*`"},
    {"alias not found after *", "`*` and no name behind it",
     "quote it: \"*\" where a pattern is meant"},
    {"anchor not found after &", "`&` and no name behind it", "quote a text that starts with `&`"},
    {"unknown escape character", "no escape sequence of a text in double quotes",
     "write \\\\ for a backslash, or use single quotes"},
    {"bad character found while scanning hex number",
     "`\\x`, `\\u` or `\\U` without its 2, 4 or 8 hex digits in a text in double quotes",
     "write \\\\ for a backslash, or use single quotes"},
    {"invalid unicode", "this escape sequence is no character of Unicode",
     "write the character itself, or \\\\ for a backslash"},
    {"illegal map key", "no key can begin here", "begin the key on a line of its own"},
    {"illegal document indicator in scalar", "a `---` or `...` inside quotes",
     "close the quote before it, or indent the line"},
    {"unexpected character in block scalar", "`|` and `>` end their line",
     "begin the text on the next line, deeper"},
};
// clang-format on

/// The parser speaks of what comes behind a tab, and never of the tab.
std::string tab_hint(std::string_view text, int line) {
    for (int i = 0; !text.empty(); i++) {
        const size_t end = std::min(text.find('\n'), text.size());
        const std::string_view indent =
            text.substr(0, std::min(text.find_first_not_of(" \t"), end));
        if ((i == line || i == line - 1) && indent.find('\t') != std::string_view::npos)
            return cat("line ", i + 1, " is indented by a tab; YAML takes blanks only");
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return "";
}

}  // namespace

SyntaxFault syntax_fault(std::string_view parser, std::string_view text, int line) {
    const auto* const w =
        std::find_if(std::begin(wordings), std::end(wordings),
                     [&](const Wording& x) { return parser.starts_with(x.parser); });
    SyntaxFault out =
        w != std::end(wordings)
            ? SyntaxFault{std::string{w->message}, std::string{w->hint}, w->about_opener}
            : SyntaxFault{
                  cat("not valid YAML: ", parser),
                  "quote the text that is meant, or compare with a description of examples/",
                  false};
    if (std::string hint = tab_hint(text, line); !hint.empty()) out.hint = std::move(hint);
    return out;
}

}  // namespace mkl::manifest
