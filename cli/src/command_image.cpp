// SPDX-License-Identifier: BSD-2-Clause
// mkl image: everything that partition writes, and the image in every format, proved before it is
// written.
#include <iterator>

#include "lock.hpp"
#include "mkl/partition/map.hpp"
#include "mkl/support/outputs.hpp"
#include "mkl/support/text.hpp"
#include "pipeline.hpp"

namespace mkl::cli {

int run_image(Context& context) {
    const auto decided = decide(context);
    if (!decided) return exit_ok;
    const auto node = node_option(context, decided->system);
    if (!context.options.node.empty() && !node) return exit_ok;
    Artefacts artefacts;
    auto image = build_image(context, *decided, artefacts);
    if (!image) return exit_ok;
    if (context.options.map)
        context.out += map_text(decided->plan, decided->system, decided->hardware);
    std::vector<OutputFile> files = plan_files(*decided, artefacts);
    files.insert(files.end(), std::make_move_iterator(image->files.begin()),
                 std::make_move_iterator(image->files.end()));
    write_outputs(context.options.out, files, context.sink);
    if (context.options.lock && !context.sink.has_errors()) write_lock(context, decided->plan);
    return exit_ok;
}

}  // namespace mkl::cli
