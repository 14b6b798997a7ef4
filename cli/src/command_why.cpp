// SPDX-License-Identifier: BSD-2-Clause
// mkl why: who owns a thing, through which chain, and why another node does not have it.
#include "mkl/partition/why.hpp"
#include "pipeline.hpp"

namespace mkl::cli {

int run_why(Context& context) {
    const auto decided = decide(context);
    if (!decided) return exit_ok;
    const std::optional<size_t> node = node_option(context, decided->system);
    if (context.sink.has_errors()) return exit_ok;
    const auto text = why(decided->plan, decided->system, decided->hardware, context.options.thing,
                          node, context.sink);
    if (text) context.out += *text;
    return exit_ok;
}

}  // namespace mkl::cli
