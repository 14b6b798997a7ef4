// SPDX-License-Identifier: BSD-2-Clause
// Findings for code review: SARIF 2.1.0 (OASIS standard, 27 March 2020); section numbers below
// are that document's.
#include <algorithm>

#include "mkl/render/render.hpp"
#include "mkl/support/json.hpp"
#include "mkl/support/text.hpp"
#include "source_lines.hpp"

namespace mkl::render {

namespace {

// A relative path as a URI reference (RFC 3986): everything but unreserved characters and '/' is
// percent-encoded. An absolute path becomes a file URI.
std::string uri_of(std::string_view path) {
    constexpr std::string_view plain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out = path.starts_with('/') ? "file://" : "";
    for (const char c : path) {
        if (plain.find(c) != std::string_view::npos) {
            out += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            out += '%';
            out += digits[byte >> 4];
            out += digits[byte & 15];
        }
    }
    return out;
}

// 1-based column in code points (3.30.6 with columnKind unicodeCodePoints) of byte column `column`.
size_t code_point_column(std::string_view line, size_t column) {
    const std::string_view before = line.substr(0, column - 1);
    return 1 + static_cast<size_t>(std::count_if(before.begin(), before.end(), [](char c) {
               return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
           }));
}

// 3.28; "" if there is nothing to point at.
std::string location(const SourceSpan& where, SourceLines& lines, std::string_view message = {}) {
    if (!where.file || where.file->path.empty()) return "";
    std::string parts;
    const auto add = [&](const std::string& s) { parts += cat(parts.empty() ? "" : ",", s); };
    if (where.file->path == "--set") {
        add("\"logicalLocations\":[{\"fullyQualifiedName\":\"--set\",\"kind\":\"parameter\"}]");
    } else {
        std::string physical = cat("\"physicalLocation\":{\"artifactLocation\":{\"uri\":",
                                   json_quote(uri_of(where.file->path)), '}');
        if (where.line != 0) {
            physical += cat(",\"region\":{\"startLine\":", where.line);
            if (where.column != 0) {
                const size_t end = size_t{where.column} + std::max<uint32_t>(where.length, 1);
                const std::string_view line = lines.of(*where.file, where.line).value_or("");
                physical += cat(",\"startColumn\":", code_point_column(line, where.column),
                                ",\"endColumn\":", code_point_column(line, end));
            }
            physical += '}';
        }
        add(physical + '}');
        if (!where.node.empty())
            add(cat("\"logicalLocations\":[{\"fullyQualifiedName\":", json_quote(where.node),
                    ",\"kind\":\"object\"}]"));
    }
    if (!message.empty()) add(cat("\"message\":{\"text\":", json_quote(message), '}'));
    return cat('{', parts, '}');
}

std::string text_object(std::string_view text) { return cat("{\"text\":", json_quote(text), '}'); }

// 3.49
std::string rule(const FindingDoc& d) {
    const std::string_view meaning = d.meaning.empty() ? d.title : d.meaning;
    const std::string_view help = d.fix.empty() ? meaning : d.fix;
    return cat("{\"id\":", json_quote(d.id), ",\"name\":", json_quote(d.slug),
               ",\"shortDescription\":", text_object(d.title),
               ",\"fullDescription\":", text_object(meaning), ",\"help\":", text_object(help),
               ",\"defaultConfiguration\":{\"level\":", json_quote(severity_name(d.severity)),
               "}}");
}

// 3.27
std::string result(const Diagnostic& d, const Catalogue& catalogue, SourceLines& lines) {
    std::string message = d.message;
    if (!d.hint.empty()) message += cat("\nhint: ", d.hint);
    std::string out = cat("{\"ruleId\":", json_quote(d.id));
    if (const FindingDoc* doc = catalogue.find(d.id))
        out += cat(",\"ruleIndex\":", doc - catalogue.all().data());
    out += cat(",\"level\":", json_quote(severity_name(severity_of(d.id))),
               ",\"message\":", text_object(message));
    if (const std::string at = location(d.where, lines); !at.empty())
        out += cat(",\"locations\":[", at, ']');
    std::string related;
    for (const Diagnostic::Note& n : d.notes)
        if (const std::string at = location(n.where, lines, n.text); !at.empty())
            related += cat(related.empty() ? "" : ",", at);
    if (!related.empty()) out += cat(",\"relatedLocations\":[", related, ']');
    return out + '}';
}

}  // namespace

std::string sarif(std::span<const Diagnostic> findings, const Catalogue& catalogue,
                  std::string_view version) {
    std::string rules, results;
    SourceLines lines;
    for (const FindingDoc& d : catalogue.all())
        rules += cat(rules.empty() ? "\n      " : ",\n      ", rule(d));
    for (const Diagnostic& d : findings)
        results += cat(results.empty() ? "\n      " : ",\n      ", result(d, catalogue, lines));
    return cat("{\n  \"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\n  "
               "\"version\":\"2.1.0\",\n  \"runs\":[{\n    \"tool\":{\"driver\":{\"name\":\"mkl\","
               "\"version\":",
               json_quote(version), ",\"rules\":[", rules,
               "]}},\n    \"columnKind\":\"unicodeCodePoints\",\n    \"results\":[", results,
               "]\n  }]\n}\n");
}

}  // namespace mkl::render
