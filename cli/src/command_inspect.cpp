// SPDX-License-Identifier: BSD-2-Clause
// mkl inspect: everything in an image, and the status table of a RAM dump.
#include "mkl/support/text.hpp"
#include "mkl/verify/inspect.hpp"
#include "pipeline.hpp"

namespace mkl::cli {

int run_inspect(Context& context) {
    const Options& o = context.options;
    if (!o.image.empty()) {
        const auto file = read_image(context, o.image);
        if (file) context.out += inspect_image(*file, o.image.string(), context.sink);
    }
    if (!o.status.empty()) {
        const auto file = read_image(context, o.status);
        if (!file) return exit_ok;
        const std::string table = inspect_status(file->bytes());
        if (table.empty()) {
            auto source = std::make_shared<SourceFile>(SourceFile{o.status.string(), ""});
            context.sink.report({.id = "E805",
                                 .where = {.file = std::move(source)},
                                 .message = cat("no status page (bytes MKLSTAT1 at a multiple of "
                                                "4 KiB) in ",
                                                size_text(file->bytes().size()))});
        }
        context.out += table;
    }
    return exit_ok;
}

}  // namespace mkl::cli
