// SPDX-License-Identifier: BSD-2-Clause
#include <cerrno>
#include <charconv>

#include "mkl/hardware/hardware.hpp"
#include "mkl/support/process.hpp"
#include "mkl/support/text.hpp"

namespace mkl {

namespace {

constexpr auto dtc_time_limit = std::chrono::seconds{30};
constexpr uint64_t opensbi_size = 512 << 10;  // OpenSBI 1.1 as packaged with QEMU 7.2, measured
constexpr std::string_view input_name = "<stdin>";
constexpr std::string_view blob_magic = "\xd0\x0d\xfe\xed";  // Spec 5.2

SourceSpan file_span(const std::string& path, std::string text = {}) {
    SourceSpan where;
    where.file = std::make_shared<const SourceFile>(SourceFile{path, std::move(text)});
    return where;
}

std::optional<Bytes> read_file(FileSystem& files, const System& system,
                               const Located<std::string>& name, DiagnosticSink& sink) {
    std::string error;
    auto bytes = files.read(system.resolve(name.value), max_dtb_bytes, error);
    if (!bytes)
        sink.report({"E401",
                     name.where,
                     cat("cannot read ", name.value, ": ", error),
                     {},
                     "the path is relative to the YAML file"});
    return bytes;
}

/// Leading number of `text`, which it removes; 0 if there is none.
uint32_t take_number(std::string_view& text) {
    uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    return error == std::errc{} ? value : 0;
}

/// Whether a `#` stands at `place`: only the C preprocessor reads such a line.
bool at_hash(const SourceSpan& place) {
    std::string_view text = place.file ? std::string_view{place.file->text} : "";
    for (uint32_t line = 1; line < place.line && !text.empty(); line++)
        text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
    return place.column != 0 && place.column <= text.size() && text[place.column - 1] == '#';
}

/// One line of dtc's stderr to a finding: "Error: <stdin>:3.2-7 syntax error",
/// "<stdin>:3.2-12: ERROR (check): message". False if it has no position.
bool report_line(std::string_view line, const SourceSpan& where, DiagnosticSink& sink) {
    const size_t at = line.find(input_name);
    if (at == std::string_view::npos) return false;
    std::string_view rest = line.substr(at + input_name.size());
    if (!rest.starts_with(':')) return false;
    rest.remove_prefix(1);
    SourceSpan place = where;
    place.line = take_number(rest);
    if (place.line == 0) return false;
    if (rest.starts_with('.')) {
        rest.remove_prefix(1);
        place.column = take_number(rest);
        place.length = 1;
        if (rest.starts_with('-')) {  // "-7": last column; "-4.3": last line and column
            rest.remove_prefix(1);
            const uint32_t last = take_number(rest);
            if (!rest.starts_with('.') && last >= place.column)
                place.length = last - place.column + 1;
            if (rest.starts_with('.')) rest.remove_prefix(1), take_number(rest);
        }
    }
    rest.remove_prefix(std::min(rest.find_first_not_of(": "), rest.size()));
    const bool syntax = line.find("syntax error") != std::string_view::npos;
    sink.report({"E407",
                 place,
                 cat("dtc: ", rest),
                 {},
                 !syntax ? "correct it there, or give the compiled tree as `dtb:`"
                 : at_hash(place)
                     ? "a source with #include or macros must go through the C "
                       "preprocessor first"
                     : "look before it too: a `;`, a quote or a bracket is missing, or "
                       "something stands where none may"});
    return true;
}

}  // namespace

std::optional<Bytes> compile_dts(std::string_view text, const std::string& directory,
                                 const SourceSpan& where, DiagnosticSink& sink) {
    ProcessRequest request;
    // -@ keeps the labels; -q drops warnings, which are not ours to judge in a board's own tree.
    request.argv = {
        "dtc", "-q", "-@", "-I", "dts", "-O", "dtb", "-i", directory.empty() ? "." : directory,
        "-"};
    request.environment = {"LC_ALL=C"};
    request.input = text;
    request.timeout = dtc_time_limit;
    request.max_output = max_dtb_bytes;
    const ProcessResult result = run_process(request);
    if (!result.started) {
        sink.report({"E404",
                     where,
                     result.start_errno == ENOENT ? std::string{"dtc is not installed"}
                                                  : cat("dtc does not start: ", result.error),
                     {},
                     "install device-tree-compiler, or give the compiled tree as dtb:"});
        return std::nullopt;
    }
    if (result.ok()) {
        const auto bytes = as_bytes(result.out);
        return Bytes(bytes.begin(), bytes.end());
    }
    const size_t before = sink.error_count();
    std::string_view rest = result.err;
    while (!rest.empty()) {
        const size_t end = std::min(rest.find('\n'), rest.size());
        report_line(rest.substr(0, end), where, sink);
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    if (sink.error_count() == before)
        sink.report({"E407",
                     where,
                     result.timed_out ? cat("dtc did not end within ", dtc_time_limit.count(), " s")
                                      : cat("dtc: ", result.err.substr(0, result.err.find('\n'))),
                     {},
                     "run dtc on this file to see all it says"});
    return std::nullopt;
}

namespace {

/// The source of `dts:`, compiled.
std::optional<Bytes> compiled(FileSystem& files, const System& system,
                              const Located<std::string>& name, SourceSpan& source,
                              DiagnosticSink& sink) {
    const auto text = read_file(files, system, name, sink);
    if (!text) return std::nullopt;
    if (as_text(*text).starts_with(blob_magic)) {
        sink.report({"E407",
                     name.where,
                     cat("'", name.value, "' is a blob, which is compiled already"),
                     {},
                     cat("write `dtb: ", name.value, "`")});
        return std::nullopt;
    }
    source = file_span(name.value, std::string{as_text(*text)});
    return compile_dts(as_text(*text), system.resolve(name.value).parent_path().string(), source,
                       sink);
}

/// `source` becomes where the tree came from.
std::optional<Hardware> read_board(FileSystem& files, const System& system, SourceSpan& source,
                                   DiagnosticSink& sink) {
    const Board& board = system.board;
    std::optional<Bytes> blob;
    if (board.dtb) {
        source = file_span(board.dtb->value);
        blob = read_file(files, system, *board.dtb, sink);
    } else if (board.dts) {
        blob = compiled(files, system, *board.dts, source, sink);
    } else if (board.qemu) {
        source = board.qemu->where;
        blob = qemu_dtb(*board.qemu, sink);
    } else {
        sink.report({"E400",
                     board.where,
                     "board: says no device tree",
                     {},
                     "give one of dtb: FILE, dts: FILE, qemu: {machine: virt}"});
    }
    if (!blob) return std::nullopt;
    std::optional<DeviceTree> tree = parse_dtb(*blob, source, sink);
    return tree ? read_hardware(std::move(*tree), source, board, sink) : std::nullopt;
}

/// Passes on what was found. What is wrong with the file `source` may be that it is the wrong one:
/// an error says where it is named. Warnings do not, of which a board's tree may have many.
void report_named(const DiagnosticSink& found, const SourceSpan& source, const SourceSpan& name,
                  DiagnosticSink& sink) {
    for (Diagnostic d : found.all()) {
        if (severity_of(d.id) == Severity::error && name.known() && source.known() &&
            d.where.file == source.file && name.file != source.file)
            d.notes.push_back({name, "the file is named here"});
        sink.report(std::move(d));
    }
}

}  // namespace

std::optional<Hardware> load_hardware(FileSystem& files, const System& system,
                                      DiagnosticSink& sink) {
    const Board& board = system.board;
    SourceSpan source;
    DiagnosticSink found;
    std::optional<Hardware> hardware = read_board(files, system, source, found);
    if (const auto& name = board.dtb ? board.dtb : board.dts)
        report_named(found, source, name->where, sink);
    else
        report_named(found, source, {}, sink);
    // QEMU's RISC-V machines start OpenSBI at the base of RAM; only OpenSBI itself adds that to
    // the tree, when it runs.
    const bool asked_qemu = !board.dtb && !board.dts;
    if (hardware && asked_qemu && hardware->architecture == Architecture::riscv64 &&
        !hardware->ram.empty()) {
        const PhysAddr base = hardware->ram.front().range.base();
        if (const auto range = PhysRange::from_base_size(base, opensbi_size))
            hardware->reserved.push_back({*range, "firmware (OpenSBI)", true, source});
    }
    return hardware;
}

}  // namespace mkl
