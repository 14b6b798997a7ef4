// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/manifest/manifest.hpp"
#include "mkl/support/text.hpp"
#include "reader.hpp"
#include "settings.hpp"

namespace mkl {

namespace {

/// Without byte order mark and with \n at the end of lines; positions stay as an editor shows
/// them, since a carriage return stands behind everything else in its line.
std::string normal_text(std::string_view raw) {
    if (raw.starts_with("\xef\xbb\xbf")) raw.remove_prefix(3);
    std::string out;
    out.reserve(raw.size());
    for (size_t i = 0; i < raw.size(); i++)
        if (raw[i] != '\r' || i + 1 == raw.size() || raw[i + 1] != '\n') out += raw[i];
    return out;
}

}  // namespace

std::optional<System> load_system(FileSystem& files, const std::filesystem::path& path,
                                  const std::vector<Setting>& set, DiagnosticSink& sink) {
    const auto file = std::make_shared<SourceFile>();
    file->path = path.string();
    const SourceSpan whole{file, 0, 0, 0, ""};
    std::string error;
    const std::optional<Bytes> bytes = files.read(path, max_yaml_bytes, error);
    if (!bytes) {
        sink.report(
            {.id = "E001",
             .where = whole,
             .message = cat("cannot read the system description `", path.string(), "`: ", error),
             .hint = "give the path of a system.yaml; examples/ has some to copy"});
        return std::nullopt;
    }
    file->text = normal_text(as_text(*bytes));

    const size_t errors = sink.error_count();
    std::optional<manifest::SyntaxNode> root = manifest::parse_yaml(file, sink);
    if (!root) return std::nullopt;
    for (const Setting& s : set) manifest::apply_setting(*root, s, sink);
    if (sink.error_count() != errors) return std::nullopt;

    System system;
    system.path = path;
    system.where = whole;
    manifest::Reader reader{sink};
    reader.value(*root, manifest::system_shape(), system);
    if (sink.error_count() != errors) return std::nullopt;
    for (FileRequest& f : system.files) {
        const std::filesystem::path content = system.resolve(f.path.value);
        f.bytes = files.size(content);
        f.exists = files.exists(content);
    }
    return system;
}

}  // namespace mkl
