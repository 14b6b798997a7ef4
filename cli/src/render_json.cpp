// SPDX-License-Identifier: BSD-2-Clause
// Findings for programs; schemas/findings.schema.json is the contract.

#include "mkl/render/render.hpp"
#include "mkl/support/json.hpp"
#include "mkl/support/text.hpp"

namespace mkl::render {

namespace {

std::string where_json(const SourceSpan& where) {
    if (!where.file) return "null";
    std::string out = cat("{\"file\":", json_quote(where.file->path));
    if (where.line != 0)
        out += cat(",\"line\":", where.line, ",\"column\":", where.column,
                   ",\"length\":", where.length);
    if (!where.node.empty()) out += cat(",\"node\":", json_quote(where.node));
    return out + '}';
}

std::string finding_json(const Diagnostic& d, const Catalogue& catalogue) {
    const FindingDoc* doc = catalogue.find(d.id);
    std::string out = cat(
        "{\"id\":", json_quote(d.id), ",\"slug\":", json_quote(doc ? doc->slug : ""),
        ",\"severity\":", json_quote(severity_name(severity_of(d.id))),
        ",\"message\":", json_quote(d.message), ",\"where\":", where_json(d.where), ",\"notes\":[");
    for (size_t i = 0; i < d.notes.size(); i++)
        out += cat(i ? "," : "", "{\"where\":", where_json(d.notes[i].where),
                   ",\"text\":", json_quote(d.notes[i].text), '}');
    out += ']';
    if (!d.hint.empty()) out += cat(",\"hint\":", json_quote(d.hint));
    return out + '}';
}

}  // namespace

std::string json(std::span<const Diagnostic> findings, const Catalogue& catalogue) {
    size_t counts[3] = {};
    std::string list;
    for (const Diagnostic& d : findings) {
        counts[static_cast<size_t>(severity_of(d.id))]++;
        list += cat(list.empty() ? "\n  " : ",\n  ", finding_json(d, catalogue));
    }
    return cat("{\"version\":1,\"errors\":", counts[static_cast<size_t>(Severity::error)],
               ",\"warnings\":", counts[static_cast<size_t>(Severity::warning)],
               ",\"notes\":", counts[static_cast<size_t>(Severity::note)], ",\"findings\":[", list,
               list.empty() ? "" : "\n", "]}\n");
}

}  // namespace mkl::render
