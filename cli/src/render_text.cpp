// SPDX-License-Identifier: BSD-2-Clause
// Findings for people.
//
//   amp.yaml:14:11: error: node 'net' overlaps node 'fs' by 0x200000 [E203 memory-disjoint]
//      14 |     base: 0x60000000
//         |           ^~~~~~~~~~
//   amp.yaml:8:11: note: claimed here first
//       8 |     base: 0x50000000
//         |           ^~~~~~~~~~
//   hint: move one base, or leave `base:` out and let mkl place it
#include <algorithm>
#include <optional>

#include "mkl/render/render.hpp"
#include "mkl/support/text.hpp"

namespace mkl::render {

namespace {

// SGR sequences, ECMA-48 8.3.117.
struct Palette {
    std::string_view bold, severity, dim, off;
};
Palette palette(Severity severity, bool colour) {
    if (!colour) return {"", "", "", ""};
    constexpr std::string_view red = "\x1b[1;31m", magenta = "\x1b[1;35m", cyan = "\x1b[1;36m";
    const std::string_view s = severity == Severity::error     ? red
                               : severity == Severity::warning ? magenta
                                                               : cyan;
    return {"\x1b[1m", s, "\x1b[2m", "\x1b[0m"};
}

bool is_control(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; }
bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// User text may hold anything; a terminal must not obey it.
std::string printable(std::string_view s, bool keep_newlines = false) {
    std::string out{s};
    for (char& c : out)
        if (is_control(c) && !(keep_newlines && c == '\n')) c = '?';
    return out;
}

// Line `number` (1-based) without its end; nullopt past the end of the file.
std::optional<std::string_view> line_of(const SourceFile& file, uint32_t number) {
    std::string_view rest = file.text;
    for (uint32_t n = 1; n < number; n++) {
        const size_t end = rest.find('\n');
        if (end == std::string_view::npos) return std::nullopt;
        rest.remove_prefix(end + 1);
    }
    std::string_view line = rest.substr(0, rest.find('\n'));
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    return line;
}

constexpr size_t max_shown =
    160;  // bytes of a source line; longer ones show the part around the caret

std::string snippet(const SourceSpan& where, const Palette& p) {
    if (!where.file || where.line == 0 || where.column == 0) return "";
    const auto found = line_of(*where.file, where.line);
    if (!found) return "";
    std::string_view line = *found;
    size_t column = std::min<size_t>(where.column - 1, line.size());
    std::string_view before, after;
    if (line.size() > max_shown) {
        const size_t from = column > max_shown / 2 ? column - max_shown / 2 : 0;
        before = from != 0 ? "..." : "";
        after = line.size() - from > max_shown ? "..." : "";
        line = line.substr(from, max_shown);
        column -= from;
    }
    std::string padding(before.size(), ' ');
    for (size_t i = 0; i < column; i++) {
        if (line[i] == '\t')
            padding += '\t';
        else if (!continues_character(line[i]))
            padding += ' ';
    }
    const std::string_view marked = line.substr(column, std::max<size_t>(where.length, 1));
    const auto width = static_cast<size_t>(std::count_if(
        marked.begin(), marked.end(), [](char c) { return !continues_character(c); }));
    std::string number = std::to_string(where.line);
    if (number.size() < 5) number.insert(0, 5 - number.size(), ' ');
    return cat(p.dim, number, " | ", p.off, before, printable(line), after, '\n', p.dim,
               std::string(number.size(), ' '), " | ", p.off, padding, p.severity, '^',
               std::string(width > 1 ? width - 1 : 0, '~'), p.off, '\n');
}

std::string head(const SourceSpan& where, Severity severity, std::string_view message,
                 const Palette& p) {
    const std::string at = place(where);
    return cat(p.bold, at.empty() ? "mkl" : printable(at), ": ", p.severity,
               severity_name(severity), ": ", p.off, p.bold, printable(message), p.off);
}

}  // namespace

std::string_view severity_name(Severity severity) {
    switch (severity) {
    case Severity::note:
        return "note";
    case Severity::warning:
        return "warning";
    case Severity::error:
        break;
    }
    return "error";
}

std::string place(const SourceSpan& where) {
    if (!where.file) return "";
    std::string out = where.file->path;
    if (where.line != 0) out += cat(':', where.line);
    if (where.line != 0 && where.column != 0) out += cat(':', where.column);
    if (!where.node.empty()) out += cat(": ", where.node);
    return out;
}

std::string text(const Diagnostic& finding, const Catalogue& catalogue, bool colour) {
    const Severity severity = severity_of(finding.id);
    const Palette p = palette(severity, colour);
    const FindingDoc* doc = catalogue.find(finding.id);
    std::string out = head(finding.where, severity, finding.message, p);
    out += cat(" [", finding.id, doc ? " " : "", doc ? doc->slug : "", "]\n");
    out += snippet(finding.where, p);
    for (const Diagnostic::Note& n : finding.notes) {
        const Palette np = palette(Severity::note, colour);
        out += head(n.where, Severity::note, n.text, np) + '\n';
        out += snippet(n.where, np);
    }
    if (!finding.hint.empty())
        out += cat(p.bold, "hint: ", p.off, printable(finding.hint, true), '\n');
    return out;
}

std::string text(std::span<const Diagnostic> findings, const Catalogue& catalogue, bool colour) {
    std::string out;
    for (const Diagnostic& d : findings) out += text(d, catalogue, colour);
    return out;
}

}  // namespace mkl::render
