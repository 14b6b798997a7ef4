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
#include <map>

#include "mkl/render/render.hpp"
#include "mkl/support/text.hpp"
#include "mkl/support/utf8.hpp"
#include "source_lines.hpp"

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

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// A message may quote a megabyte of somebody's file.
std::string shortened(std::string text) {
    constexpr size_t most = 1000;
    if (text.size() <= most) return text;
    size_t end = most;
    while (continues_character(text[end])) end--;
    return text.substr(0, end) + "...";
}

constexpr size_t max_findings = 100;  // of each severity: more scroll the first ones away

constexpr size_t max_shown =
    160;  // bytes of a source line; longer ones show the part around the caret

std::string snippet(const SourceSpan& where, const Palette& p, SourceLines& lines) {
    if (!where.file || where.line == 0 || where.column == 0) return "";
    const auto found = lines.of(*where.file, where.line);
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
    for (const char c : printable(line.substr(0, column))) {
        if (c == '\t')
            padding += '\t';
        else if (!continues_character(c))
            padding += ' ';
    }
    const std::string marked = printable(line.substr(column, std::max<size_t>(where.length, 1)));
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
               severity_name(severity), ": ", p.off, p.bold,
               printable(shortened(std::string{message})), p.off);
}

std::string text(const Diagnostic& finding, const Catalogue& catalogue, bool colour,
                 SourceLines& lines) {
    const Severity severity = severity_of(finding.id);
    const Palette p = palette(severity, colour);
    const FindingDoc* doc = catalogue.find(finding.id);
    std::string out = head(finding.where, severity, finding.message, p);
    out += cat(" [", finding.id, doc ? " " : "", doc ? doc->slug : "", "]\n");
    out += snippet(finding.where, p, lines);
    for (const Diagnostic::Note& n : finding.notes) {
        const Palette np = palette(Severity::note, colour);
        out += head(n.where, Severity::note, n.text, np) + '\n';
        out += snippet(n.where, np, lines);
    }
    if (!finding.hint.empty())
        out += cat(p.bold, "hint: ", p.off, printable(finding.hint, true), '\n');
    return out;
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
    SourceLines lines;
    return text(finding, catalogue, colour, lines);
}

std::string text(std::span<const Diagnostic> findings, const Catalogue& catalogue, bool colour) {
    SourceLines lines;
    std::string out;
    std::map<Severity, size_t> found;
    for (const Diagnostic& d : findings)
        if (++found[severity_of(d.id)] <= max_findings) out += text(d, catalogue, colour, lines);
    for (const auto& [severity, count] : found)
        if (count > max_findings)
            out += cat("mkl: ", count - max_findings, " more of severity ", severity_name(severity),
                       "; `--format json` has them all\n");
    return out;
}

}  // namespace mkl::render
