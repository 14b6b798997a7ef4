// SPDX-License-Identifier: BSD-2-Clause
// What a command has read is never written over.
#include <algorithm>

#include "mkl/support/text.hpp"
#include "pipeline.hpp"

namespace mkl::cli {

namespace {

/// Values of the description that name files.
std::vector<const Located<std::string>*> named_files(const System& system) {
    std::vector<const Located<std::string>*> out;
    const auto add = [&](const std::optional<Located<std::string>>& file) {
        if (file) out.push_back(&*file);
    };
    add(system.board.dtb);
    add(system.board.dts);
    add(system.board.firmware_tree);
    for (const NodeRequest& n : system.nodes) {
        add(n.kernel.elf);
        add(n.kernel.config);
        add(n.kernel.platform);
        add(n.kernel.tree);
        add(n.root);
    }
    for (const ComponentRequest& c : system.components) out.push_back(&c.elf);
    for (const FileRequest& f : system.files) out.push_back(&f.path);
    return out;
}

SourceSpan place_of(const System& system, const std::filesystem::path& path) {
    for (const Located<std::string>* file : named_files(system))
        if (system.resolve(file->value) == path) return file->where;
    return {.file = std::make_shared<SourceFile>(SourceFile{path.string(), ""})};
}

}  // namespace

bool inputs_are_kept(Context& context, const System& system, std::span<const OutputFile> files) {
    bool good = true;
    for (const OutputFile& file : files) {
        const std::filesystem::path target = context.options.out / file.path;
        std::error_code error;
        if (!std::filesystem::exists(target, error)) continue;
        for (const std::filesystem::path& input : context.files.asked()) {
            if (!std::filesystem::equivalent(target, input, error) || error) continue;
            context.sink.report({.id = "E914",
                                 .where = place_of(system, input),
                                 .message = cat("'", input.string(), "' is read for this, and ",
                                                file.path, " would be written over it in '",
                                                context.options.out.string(), "'"),
                                 .notes = {},
                                 .hint = "name another directory with -o, or the file otherwise"});
            good = false;
            break;
        }
    }
    return good;
}

}  // namespace mkl::cli
