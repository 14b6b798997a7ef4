// SPDX-License-Identifier: BSD-2-Clause
// mkl verify: the proof over a finished image, and with --system that it is what was asked for.
#include <cstring>

#include "mkl/formats/hash.hpp"
#include "mkl/support/text.hpp"
#include "mkl/verify/verify.hpp"
#include "pipeline.hpp"

namespace mkl::cli {

namespace {

/// The user's `files:` as they are now. False with E541 if one cannot be read.
bool hash_files(Context& context, const Decided& decided, Expected& expected) {
    for (size_t i = 0; i < decided.plan.nodes.size(); i++) {
        const std::vector<PlanFile>& files = decided.plan.nodes[i].files;
        for (size_t k = 0; k < files.size(); k++) {
            const Located<std::string>& path = decided.system.files[files[k].file].path;
            std::string why;
            const auto bytes = context.files.share(decided.system.resolve(path.value),
                                                   files[k].range.size_bytes(), why);
            if (!bytes) {
                context.sink.report({.id = "E541",
                                     .where = path.where,
                                     .message = cat("cannot read '", path.value, "': ", why)});
                return false;
            }
            const Sha256 digest = sha256(*bytes);
            std::memcpy(expected.nodes[i].files[k].sha256.emplace().data(), digest.data(),
                        digest.size());
        }
    }
    return true;
}

}  // namespace

int run_verify(Context& context) {
    const auto file = read_image(context, context.options.image);
    if (!file) return exit_ok;
    VerifyOptions options;
    options.name = context.options.image.string();
    std::optional<Decided> decided;
    if (!context.options.system.empty()) {
        decided = decide(context);
        if (!decided) return exit_ok;
        options.expected = expected_of(decided->plan, decided->system);
        if (!hash_files(context, *decided, *options.expected)) return exit_ok;
    }
    if (!context.options.key.empty()) {
        options.key = read_key(context, context.options.key);
        if (!options.key) return exit_ok;
    }
    const Step step{context.progress, cat("proving ", options.name)};
    VerifyReport report;
    verify_image(*file, options, context.sink, report);
    context.out += to_text(report);
    return exit_ok;
}

}  // namespace mkl::cli
