// SPDX-License-Identifier: BSD-2-Clause
// mkl check: reads, solves, reports, ELF inputs included; writes nothing.
#include "pipeline.hpp"

namespace mkl::cli {

int run_check(Context& context) {
    const auto decided = decide(context);
    if (!decided) return exit_ok;
    make_artefacts(decided->plan, decided->system, decided->hardware, context.files, find_share(),
                   context.sink, {.complete = false});
    return exit_ok;
}

}  // namespace mkl::cli
