// SPDX-License-Identifier: BSD-2-Clause
// mkl partition: decides, prints the map, writes plan, map and what each node is told.
#include "lock.hpp"
#include "mkl/support/outputs.hpp"
#include "pipeline.hpp"

namespace mkl::cli {

int run_partition(Context& context) {
    const auto decided = decide(context);
    if (!decided) return exit_ok;
    const auto artefacts =
        make_artefacts(decided->plan, decided->system, decided->hardware, context.files,
                       find_share(), context.sink, {.complete = false});
    if (!artefacts) return exit_ok;
    if (context.options.map) context.out += report_of(*decided);
    if (!context.options.out.empty()) {
        const std::vector<OutputFile> files = plan_files(*decided, *artefacts);
        if (!inputs_are_kept(context, decided->system, files)) return exit_ok;
        write_outputs(context.options.out, files, context.sink);
    }
    if (context.options.lock && !context.sink.has_errors())
        write_lock(context, decided->plan, decided->system);
    return exit_ok;
}

}  // namespace mkl::cli
