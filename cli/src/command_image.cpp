// SPDX-License-Identifier: BSD-2-Clause
// mkl image: everything that partition writes, and the image in every format, proved before it is
// written.
#include "lock.hpp"
#include "mkl/support/text.hpp"
#include "pipeline.hpp"

namespace mkl::cli {

namespace {

std::optional<SecondImage> build_second(const Context& context) {
    Options options = context.options;
    options.system = options.second;
    options.lock = false;
    Context own{options, context.files, context.catalogue, context.sink, {}, context.progress};
    auto decided = decide(own);
    if (!decided) return std::nullopt;
    auto built = build_image(own, *decided);
    if (!built) return std::nullopt;
    return SecondImage{std::move(*decided), std::move(*built)};
}

bool one_architecture(Context& context, const Decided& decided, const SecondImage& second) {
    const Architecture other = second.decided.plan.architecture;
    if (other == decided.plan.architecture) return true;
    context.sink.report(
        {.id = "E574",
         .where = decided.system.where,
         .message = cat("'", context.options.second.string(), "' is for ", info(other).name,
                        ", this system for ", info(decided.plan.architecture).name)});
    return false;
}

}  // namespace

int run_image(Context& context) {
    const auto decided = decide(context);
    if (!decided) return exit_ok;
    std::optional<SecondImage> second;
    if (!context.options.second.empty()) {
        second = build_second(context);
        if (!second || !one_architecture(context, *decided, *second)) return exit_ok;
    }
    const auto built = build_image(context, *decided, second ? &second->built.image : nullptr);
    if (!built) return exit_ok;
    if (context.options.map) context.out += report_of(*decided);
    std::vector<OutputFile> files = image_files(*decided, *built);
    if (second) {
        for (OutputFile& file : image_files(second->decided, second->built)) {
            file.path = cat(second_directory, "/", file.path);
            files.push_back(std::move(file));
        }
    }
    write_image(context, *decided, *built, files, second ? &*second : nullptr);
    if (context.options.lock && !context.sink.has_errors())
        write_lock(context, decided->plan, decided->system);
    return exit_ok;
}

}  // namespace mkl::cli
