// SPDX-License-Identifier: BSD-2-Clause
#include "kernel_build.hpp"

#include <array>
#include <chrono>
#include <cstring>
#include <fstream>

#include "mkl/formats/hash.hpp"
#include "mkl/support/process.hpp"
#include "mkl/support/temporary_directory.hpp"
#include "mkl/support/text.hpp"

namespace mkl {

namespace {

namespace fs = std::filesystem;

constexpr auto time_limit = std::chrono::hours{1};
constexpr size_t lines_shown = 5;
constexpr uint64_t max_stamp_bytes = 4096;

/// Beside the ELF, as `sha256sum overlay.dts` writes it: a build outside mkl can leave one, too.
fs::path stamp_of(const System& system, const NodeRequest& node) {
    return system.resolve(node.kernel.elf->value + ".overlay-sha256");
}

/// Path of the new file; "" if it cannot be written.
std::string write_file(const fs::path& directory, std::string_view name, std::string_view content) {
    const fs::path file = directory / name;
    std::ofstream out{file, std::ios::binary};
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
    out.close();
    return out ? file.string() : std::string{};
}

using Places = std::array<std::pair<std::string_view, std::string>, 5>;

std::string filled_in(std::string text, const Places& places) {
    for (const auto& [name, value] : places) {
        for (size_t at = 0; (at = text.find(name, at)) != std::string::npos; at += value.size())
            text.replace(at, name.size(), value);
    }
    return text;
}

/// The last lines of what a program said.
std::vector<std::string> last_lines(std::string_view text) {
    std::vector<std::string> out;
    while (!text.empty() && out.size() < lines_shown) {
        const size_t end = text.find_last_not_of("\r\n");
        if (end == std::string_view::npos) break;
        const size_t before = text.find_last_of('\n', end);
        const size_t start = before == std::string_view::npos ? 0 : before + 1;
        out.insert(out.begin(), std::string{text.substr(start, end + 1 - start)});
        text = text.substr(0, start);
    }
    return out;
}

std::string reason_of(const ProcessResult& result) {
    if (!result.started) return cat("it does not start: ", result.error);
    if (result.timed_out) return "it did not end within an hour";
    if (result.signal != 0) return cat("signal ", result.signal, " ended it");
    return cat("exit status ", result.exit_status);
}

}  // namespace

bool build_kernel(const System& system, const NodeRequest& node, const KernelSourceTexts& sources,
                  const std::filesystem::path& out, DiagnosticSink& sink) {
    const auto& command = node.kernel.build;
    const auto fail = [&](std::string why, std::vector<Diagnostic::Note> notes = {}) {
        sink.report({"E548", command.front().where,
                     cat("the kernel of node '", node.name.value, "' is not built: ", why),
                     std::move(notes),
                     "run the command by hand; it starts in the directory of the YAML file"});
        return false;
    };
    TemporaryDirectory folder;
    if (const int error = folder.make(); error != 0)
        return fail(cat("no temporary directory: ", std::strerror(error)));
    std::error_code error;
    const fs::path directory = fs::absolute(out / node.name.value, error);
    const Places places{
        {{"{overlay}", write_file(folder.path(), "overlay.dts", sources.overlay)},
         {"{dts}", write_file(folder.path(), "kernel.dts", sources.dts)},
         {"{dtb}", write_file(folder.path(), "node.dtb", as_text(sources.dtb))},
         {"{dir}", directory.string()},
         {"{node}", node.name.value}}
    };
    if (places[0].second.empty() || places[1].second.empty() || places[2].second.empty())
        return fail("its device trees cannot be written to the temporary directory");
    ProcessRequest request;
    for (const Located<std::string>& word : command)
        request.argv.push_back(filled_in(word.value, places));
    request.directory = fs::absolute(system.resolve("."), error).string();
    request.timeout = time_limit;
    const ProcessResult result = run_process(request);
    if (!result.ok()) {
        std::vector<Diagnostic::Note> notes;
        for (std::string& line : last_lines(result.err.empty() ? result.out : result.err))
            notes.push_back({{}, std::move(line)});
        return fail(cat("'", request.argv.front(), "': ", reason_of(result)), std::move(notes));
    }
    std::ofstream stamp{stamp_of(system, node), std::ios::binary};
    stamp << hex_digest(sha256(as_bytes(sources.overlay))) << "  overlay.dts\n";
    stamp.close();
    return stamp ? true
                 : fail(cat("no stamp can be written beside '", node.kernel.elf->value, "'"));
}

bool is_current(const System& system, const NodeRequest& node, const std::string& overlay,
                FileSystem& files) {
    const fs::path path = stamp_of(system, node);
    std::string error;
    if (!files.exists(path)) return true;
    const auto stamp = files.read(path, max_stamp_bytes, error);
    return stamp && as_text(*stamp).starts_with(hex_digest(sha256(as_bytes(overlay))));
}

}  // namespace mkl
