// SPDX-License-Identifier: BSD-2-Clause
// Findings about user input. Rules build them; only cli/ knows how they look.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "mkl/support/source.hpp"

namespace mkl {

enum class Severity { note, warning, error };

/// One finding.
struct Diagnostic {
    struct Note {
        SourceSpan where;
        std::string text;
    };
    std::string_view id;  ///< Stable, e.g. "E203"; has an entry in a catalogue (below).
    SourceSpan where;     ///< The place to change.
    std::string message;  ///< The fact, with the names and both numbers. Never just "invalid".
    std::vector<Note> notes{};  ///< Other places involved, in the order to read them.
    std::string hint{};         ///< What to change, concretely; may be empty.
};

/// What `mkl explain ID` and docs/diagnostics.md print. Each library has a constexpr array of
/// these for the ids it reports; cli/ joins them. The severity of an id never varies.
/// Ranges: E0xx/E1xx files and YAML, E2xx rules, E3xx placement, E4xx device tree,
/// E5xx kernels, components and image, E6xx verify, E7xx qemu, E9xx host system (disk, programs).
/// Warnings and notes are numbered in the same ranges with W and N.
struct FindingDoc {
    std::string_view id;
    std::string_view slug;  ///< "memory-disjoint": printed after the id
    Severity severity;
    std::string_view title;    ///< one line
    std::string_view meaning;  ///< what it is and why it matters, a few sentences
    std::string_view example;  ///< YAML or command that shows it; may be empty
    std::string_view fix;      ///< what to do
};

/// Collects findings. Not a logger: nothing is printed until the command is done.
class DiagnosticSink {
public:
    /// Severity from the first letter of the id: E error, W warning, N note. The same words of the
    /// same place are kept once: two nodes, or both sides of a connection, may come upon them.
    void report(Diagnostic d);
    bool has_errors() const { return errors_ != 0; }
    /// How often an error was reported; for those who look whether a step reported one.
    size_t error_count() const { return errors_; }
    /// Whether a finding with this id was reported; for rules with prerequisites.
    bool has(std::string_view id) const;
    /// In order of report.
    const std::vector<Diagnostic>& all() const { return all_; }

private:
    std::vector<Diagnostic> all_;
    std::set<std::tuple<std::string_view, const SourceFile*, uint32_t, uint32_t, std::string>>
        seen_;
    size_t errors_ = 0;
};

Severity severity_of(std::string_view id);

}  // namespace mkl
