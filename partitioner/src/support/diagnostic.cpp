// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/support/diagnostic.hpp"

#include <algorithm>
#include <cassert>

namespace mkl {

Severity severity_of(std::string_view id) {
    assert(!id.empty());
    switch (id.front()) {
    case 'W':
        return Severity::warning;
    case 'N':
        return Severity::note;
    default:
        return Severity::error;
    }
}

void DiagnosticSink::report(Diagnostic d) {
    if (severity_of(d.id) == Severity::error) errors_++;
    const auto text = d.message + '\0' + d.where.node;
    if (seen_.emplace(d.id, d.where.file.get(), d.where.line, d.where.column, text).second)
        all_.push_back(std::move(d));
}

bool DiagnosticSink::has(std::string_view id) const {
    return std::any_of(all_.begin(), all_.end(), [&](const Diagnostic& d) { return d.id == id; });
}

}  // namespace mkl
