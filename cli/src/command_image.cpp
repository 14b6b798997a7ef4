// SPDX-License-Identifier: BSD-2-Clause
// mkl image: everything that partition writes, and the image in every format, proved before it is
// written.
#include <iterator>

#include "lock.hpp"
#include "mkl/support/outputs.hpp"
#include "mkl/support/text.hpp"
#include "pipeline.hpp"

namespace mkl::cli {

namespace {

/// The other system of the same FIT: its image, and its files as they stand below conf-b/.
struct Second {
    Image image;
    std::vector<OutputFile> files;
};

std::optional<Second> build_second(const Context& context) {
    Options options = context.options;
    options.system = options.second;
    options.lock = false;
    Context own{options, context.files, context.catalogue, context.sink, {}, context.progress};
    const auto decided = decide(own);
    if (!decided) return std::nullopt;
    Artefacts artefacts;
    auto image = build_image(own, *decided, artefacts);
    if (!image) return std::nullopt;
    Second out{std::move(*image), plan_files(*decided, artefacts)};
    out.files.insert(out.files.end(), out.image.files.begin(), out.image.files.end());
    for (OutputFile& file : out.files) file.path = cat("conf-b/", file.path);
    return out;
}

}  // namespace

int run_image(Context& context) {
    const auto decided = decide(context);
    if (!decided) return exit_ok;
    std::optional<Second> second;
    if (!context.options.second.empty()) {
        second = build_second(context);
        if (!second) return exit_ok;
        if (second->image.fit.architecture != decided->plan.architecture) {
            context.sink.report(
                {.id = "E574",
                 .where = decided->system.where,
                 .message = cat("'", context.options.second.string(), "' is for ",
                                info(second->image.fit.architecture).name, ", this system for ",
                                info(decided->plan.architecture).name)});
            return exit_ok;
        }
    }
    Artefacts artefacts;
    auto image = build_image(context, *decided, artefacts, second ? &second->image : nullptr);
    if (!image) return exit_ok;
    if (context.options.map) context.out += report_of(*decided);
    std::vector<OutputFile> files = plan_files(*decided, artefacts);
    files.insert(files.end(), std::make_move_iterator(image->files.begin()),
                 std::make_move_iterator(image->files.end()));
    if (second)
        files.insert(files.end(), std::make_move_iterator(second->files.begin()),
                     std::make_move_iterator(second->files.end()));
    {
        const Step step{context.progress, cat("writing ", context.options.out.string())};
        write_outputs(context.options.out, files, context.sink);
    }
    if (context.options.lock && !context.sink.has_errors())
        write_lock(context, decided->plan, decided->system);
    return exit_ok;
}

}  // namespace mkl::cli
