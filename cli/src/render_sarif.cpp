// SPDX-License-Identifier: BSD-2-Clause
// Findings for code review: SARIF 2.1.0 (OASIS standard, 27 March 2020); section numbers below
// are that document's.
#include <algorithm>

#include "mkl/render/render.hpp"
#include "mkl/support/json.hpp"
#include "mkl/support/text.hpp"

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
size_t code_point_column(const SourceSpan& where, size_t column) {
    const std::string& text = where.file->text;
    size_t begin = 0;
    for (uint32_t n = 1; n < where.line; n++) {
        const size_t end = text.find('\n', begin);
        if (end == std::string::npos) return column;
        begin = end + 1;
    }
    size_t result = 1;
    for (size_t i = begin; i + 1 < begin + column && i < text.size(); i++)
        if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) result++;
    return result;
}

// 3.28; "" if there is nothing to point at.
std::string location(const SourceSpan& where, std::string_view message = {}) {
    if (!where.file) return "";
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
                const size_t length = std::max<uint32_t>(where.length, 1);
                physical += cat(",\"startColumn\":", code_point_column(where, where.column),
                                ",\"endColumn\":", code_point_column(where, where.column + length));
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
std::string result(const Diagnostic& d, const Catalogue& catalogue) {
    std::string message = d.message;
    if (!d.hint.empty()) message += cat("\nhint: ", d.hint);
    std::string out = cat("{\"ruleId\":", json_quote(d.id));
    if (const FindingDoc* doc = catalogue.find(d.id))
        out += cat(",\"ruleIndex\":", doc - catalogue.all().data());
    out += cat(",\"level\":", json_quote(severity_name(severity_of(d.id))),
               ",\"message\":", text_object(message));
    if (const std::string at = location(d.where); !at.empty())
        out += cat(",\"locations\":[", at, ']');
    std::string related;
    for (const Diagnostic::Note& n : d.notes)
        if (const std::string at = location(n.where, n.text); !at.empty())
            related += cat(related.empty() ? "" : ",", at);
    if (!related.empty()) out += cat(",\"relatedLocations\":[", related, ']');
    return out + '}';
}

}  // namespace

std::string sarif(std::span<const Diagnostic> findings, const Catalogue& catalogue,
                  std::string_view version) {
    std::string rules, results;
    for (const FindingDoc& d : catalogue.all())
        rules += cat(rules.empty() ? "\n      " : ",\n      ", rule(d));
    for (const Diagnostic& d : findings)
        results += cat(results.empty() ? "\n      " : ",\n      ", result(d, catalogue));
    return cat("{\n  \"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\n  "
               "\"version\":\"2.1.0\",\n  \"runs\":[{\n    \"tool\":{\"driver\":{\"name\":\"mkl\","
               "\"version\":",
               json_quote(version), ",\"rules\":[", rules,
               "]}},\n    \"columnKind\":\"unicodeCodePoints\",\n    \"results\":[", results,
               "]\n  }]\n}\n");
}

}  // namespace mkl::render
