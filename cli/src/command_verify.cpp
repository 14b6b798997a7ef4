// SPDX-License-Identifier: BSD-2-Clause
// mkl verify: the proof over a finished image, and with --system that it is what was asked for.
#include "mapped_file.hpp"
#include "mkl/support/text.hpp"
#include "mkl/verify/verify.hpp"
#include "pipeline.hpp"

namespace mkl::cli {

int run_verify(Context& context) {
    const auto file = MappedFile::open(context.options.image, context.sink);
    if (!file) return exit_ok;
    VerifyOptions options;
    options.name = context.options.image.string();
    std::optional<Decided> decided;
    if (!context.options.system.empty()) {
        decided = decide(context);
        if (!decided) return exit_ok;
        options.expected = expected_of(decided->plan);
    }
    if (!context.options.key.empty()) {
        options.key = read_key(context, context.options.key);
        if (!options.key) return exit_ok;
    }
    const Step step{context.progress, cat("proving ", options.name)};
    VerifyReport report;
    verify_image(file->bytes(), options, context.sink, report);
    context.out += to_text(report);
    return exit_ok;
}

}  // namespace mkl::cli
