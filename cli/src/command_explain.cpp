// SPDX-License-Identifier: BSD-2-Clause
// mkl explain ID: the page of a finding, from the table that docs/diagnostics.md is made of.
#include <cctype>

#include "commands.hpp"
#include "mkl/support/text.hpp"

namespace mkl::cli {

int run_explain(Context& context) {
    std::string id = context.options.thing;
    for (char& c : id) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    if (const FindingDoc* doc = context.catalogue.find(id)) {
        context.out += render::page(*doc);
        return exit_ok;
    }
    std::vector<std::string> ids;
    for (const FindingDoc& d : context.catalogue.all()) ids.emplace_back(d.id);
    const std::string near = did_you_mean(id, ids);
    context.sink.report(
        {.id = "E801",
         .where = {},
         .message = cat("there is no finding '", context.options.thing, "'"),
         .hint = near.empty() ? "docs/diagnostics.md lists all" : cat("did you mean ", near, "?")});
    return exit_ok;
}

}  // namespace mkl::cli
