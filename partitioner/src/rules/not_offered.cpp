// SPDX-License-Identifier: BSD-2-Clause
// What the description can say and this mkl cannot do yet. Never passed over in silence; a line
// goes when the feature comes.
#include "mkl/support/text.hpp"
#include "rules_internal.hpp"

namespace mkl::rules {

namespace {

void refuse(DiagnosticSink& sink, const SourceSpan& where, std::string_view what,
            std::string_view instead) {
    sink.report({.id = "E200",
                 .where = where,
                 .message = cat("this mkl does not offer ", what, " yet"),
                 .hint = std::string{instead}});
}

void refuse_in_components(const System& system, DiagnosticSink& sink) {
    for (const ComponentRequest& c : system.components) {
        if (c.domain != 0) refuse(sink, c.where, "scheduling domains", "remove `domain:`");
    }
}

}  // namespace

void not_offered(const System& system, const Hardware&, DiagnosticSink& sink) {
    refuse_in_components(system, sink);
}

}  // namespace mkl::rules
