// SPDX-License-Identifier: BSD-2-Clause
// mkl verify: the proof over a finished image, and with --system that it is what was asked for.
#include <cstring>

#include "mkl/formats/hash.hpp"
#include "mkl/support/text.hpp"
#include "mkl/verify/verify.hpp"
#include "pipeline.hpp"

namespace mkl::cli {

namespace {

ExpectedEntry entry_of(std::string name, const Sha256& digest) {
    ExpectedEntry entry{std::move(name), {}};
    std::memcpy(entry.sha256.data(), digest.data(), digest.size());
    return entry;
}

/// Kernels, root images, trees and records as they would be made now, as far as the programs are
/// here: N541 names those that are not. False after an error.
bool add_programs(Context& context, const Decided& decided, Expected& expected) {
    const auto made = make_artefacts(decided.plan, decided.system, decided.hardware, context.files,
                                     find_share(), context.sink, {.complete = false});
    if (!made) return false;
    for (size_t i = 0; i < made->nodes.size(); i++)
        for (const PlacedFile& file : made->nodes[i].files)
            expected.nodes[i].entries.push_back(entry_of(file.name, sha256(file.data)));
    return true;
}

/// mkl's own loader, if it is here.
void add_loader(Context& context, Architecture architecture, Expected& expected) {
    const std::filesystem::path path = find_share().file(architecture, "elfloader.bin");
    std::string why;
    if (context.files.exists(path))
        expect_loader(expected, architecture, context.files.share(path, max_elf_bytes, why));
}

/// The user's `files:` as they are now. False with E541 if one cannot be read.
bool add_files(Context& context, const Decided& decided, Expected& expected) {
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
                                     .message = cat("cannot read '", path.value, "': ", why),
                                     .hint = "make it again as it was for the image; the path is "
                                             "relative to the YAML file"});
                return false;
            }
            ExpectedNode& node = expected.nodes[i];
            node.entries.push_back(entry_of(node.files[k].name, sha256(*bytes)));
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
        options.expected = expected_of(decided->plan, decided->system, decided->hardware);
        add_loader(context, decided->plan.architecture, *options.expected);
        if (!add_programs(context, *decided, *options.expected) ||
            !add_files(context, *decided, *options.expected))
            return exit_ok;
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
