// SPDX-License-Identifier: BSD-2-Clause
// mkl: one command, its findings, its exit status.
//
// Exit status: 0 fine; 1 at least one error; 2 usage; 3 `mkl qemu` did not see what it waits for;
// 70 a bug in mkl.
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>
#include <optional>

#include "commands.hpp"
#include "mkl/render/catalogue.hpp"

namespace mkl::cli {

namespace {

/// "" or why not everything reached the stream (a full disk, a closed pipe).
std::string print(std::FILE* stream, const std::string& text) {
    errno = 0;
    const bool written = std::fwrite(text.data(), 1, text.size(), stream) == text.size();
    if (std::fflush(stream) == 0 && written) return "";
    return errno == 0 ? "write error" : std::strerror(errno);
}

/// One that obeys control sequences.
bool is_terminal(int fd) {
    const char* term = std::getenv("TERM");
    return ::isatty(fd) && !(term && std::string_view{term} == "dumb");
}

// no-color.org: NO_COLOR, when set and not empty, whatever its value.
bool colour_on_stderr() {
    const char* no_color = std::getenv("NO_COLOR");
    return is_terminal(STDERR_FILENO) && !(no_color && *no_color);
}

/// "" or what is wrong with standard output.
std::string print_result(const Context& context) {
    const auto& findings = context.sink.all();
    if (context.options.format == Format::text) {
        std::string wrong = print(stdout, context.out);
        print(stderr, render::text(findings, context.catalogue, colour_on_stderr()));
        return wrong;
    }
    print(stderr, context.out);
    return print(stdout, context.options.format == Format::json
                             ? render::json(findings, context.catalogue)
                             : render::sarif(findings, context.catalogue, MKL_VERSION));
}

int run(const Options& options) {
    HostFileSystem files;
    DiagnosticSink sink;
    const render::Catalogue catalogue = render::joined_catalogue();
    std::optional<Progress> progress{std::in_place, is_terminal(STDERR_FILENO)};
    Context context{options, files, catalogue, sink, {}, &*progress};
    const auto all = commands();
    const auto command = std::find_if(all.begin(), all.end(),
                                      [&](const Command& c) { return c.name == options.command; });
    const int status = command->run(context);
    progress.reset();
    const std::string wrong = print_result(context);
    if (sink.has_errors()) return exit_findings;
    if (!wrong.empty()) {
        std::fprintf(stderr, "mkl: cannot write the result: %s\n", wrong.c_str());
        return exit_findings;
    }
    return status;
}

}  // namespace

}  // namespace mkl::cli

int main(int argc, char** argv) {
    using namespace mkl::cli;
    try {
        const Parsed parsed = parse_options(argc, argv);
        return parsed.exit_status ? *parsed.exit_status : run(parsed.options);
    } catch (const std::bad_alloc&) {
        std::fprintf(stderr, "mkl: not enough memory\n");
        return exit_findings;
    } catch (const std::exception& e) {
        std::fprintf(stderr, "mkl: internal error: %s\n", e.what());
    } catch (...) {
        std::fprintf(stderr, "mkl: internal error of unknown kind\n");
    }
    std::fprintf(stderr, "mkl: this is a bug in mkl: please report it with the command and its "
                         "input files\n");
    return exit_bug;
}
