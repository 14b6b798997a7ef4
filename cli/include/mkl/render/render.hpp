// SPDX-License-Identifier: BSD-2-Clause
// How findings look: text for people, JSON for programs, SARIF 2.1.0 for code review.
//
// In       findings in the order of report, and the joined catalogue for slugs and rules.
// Out      one string; the caller decides where it goes. Same findings, same bytes: no clock, no
//          absolute path that the user did not write.
// Not here which stream, which command, exit statuses (cli/src).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mkl/support/diagnostic.hpp"

namespace mkl::render {

/// Every finding mkl can report: the libraries' tables, joined and sorted by number, then letter.
class Catalogue {
public:
    Catalogue() = default;
    explicit Catalogue(std::vector<FindingDoc> docs);
    /// nullptr if no library documents this id.
    const FindingDoc* find(std::string_view id) const;
    std::span<const FindingDoc> all() const { return docs_; }

private:
    std::vector<FindingDoc> docs_;
};

/// One finding as in docs/diagnostics.md: head line, source line with a caret, notes, hint.
/// Bytes that could steer a terminal are shown as '?'.
std::string text(const Diagnostic& finding, const Catalogue& catalogue, bool colour = false);
/// All of them, but of each severity the first hundred and how many more there are.
std::string text(std::span<const Diagnostic> findings, const Catalogue& catalogue,
                 bool colour = false);

/// A document of schemas/findings.schema.json, with a final newline.
std::string json(std::span<const Diagnostic> findings, const Catalogue& catalogue);

/// A SARIF 2.1.0 log (OASIS, 2020-03-27) with one run, with a final newline.
std::string sarif(std::span<const Diagnostic> findings, const Catalogue& catalogue,
                  std::string_view version);

/// The page of one finding: what `mkl explain ID` prints, and its section of docs/diagnostics.md.
std::string page(const FindingDoc& doc);
/// docs/diagnostics.md as a whole.
std::string reference(const Catalogue& catalogue);

/// "file:line:col", "board.dtb: /path/of/node", "file", or "" (mkl itself).
std::string place(const SourceSpan& where);

std::string_view severity_name(Severity severity);

}  // namespace mkl::render
