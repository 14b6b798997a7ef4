// SPDX-License-Identifier: BSD-2-Clause
#include "lock.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "mkl/support/text.hpp"

namespace mkl::cli {

namespace {

std::string range_text(PhysRange r) {
    return cat("{base: ", hex(r.base()), ", size: ", hex(r.size_bytes()), "}");
}
std::string memory_text(const std::vector<PhysRange>& memory) {
    std::string out;
    for (const PhysRange& r : memory) out += cat(out.empty() ? "[" : ", ", range_text(r));
    return out + "]";
}

// Sum of the sizes in a value of this file: every "size: 0x...".
uint64_t size_in(std::string_view value) {
    uint64_t total = 0;
    constexpr std::string_view key = "size: 0x";
    for (size_t at = value.find(key); at != std::string_view::npos; at = value.find(key, at + 1))
        total += std::strtoull(std::string{value.substr(at + key.size())}.c_str(), nullptr, 16);
    return total;
}

bool starts_as(std::string_view key, std::string_view prefix, std::string_view name,
               std::string_view suffix) {
    return key == cat(prefix, name, suffix);
}

// Whether the YAML leaves this decision to mkl and asks for the same amount as then.
bool still_fits(const Setting& s, const System& system) {
    if (s.key == "loader") return !system.loader;
    for (const NodeRequest& n : system.nodes) {
        if (!starts_as(s.key, "nodes.", n.name.value, ".memory")) continue;
        uint64_t wanted = 0;
        for (const MemoryRequest& m : n.memory) {
            if (m.base) return false;
            wanted += m.size.value;
        }
        return wanted == size_in(s.value);
    }
    for (const PoolRequest& p : system.shared)
        if (starts_as(s.key, "shared.", p.name.value, ".base")) return !p.base;
    return false;
}

std::vector<Setting> parse(const std::string& text, Context& context, const std::string& path) {
    std::vector<Setting> out;
    auto file = std::make_shared<SourceFile>(SourceFile{path, text});
    size_t begin = 0;
    for (uint32_t line = 1; begin < text.size(); line++) {
        const size_t end = std::min(text.find('\n', begin), text.size());
        const std::string one = text.substr(begin, end - begin);
        begin = end + 1;
        if (one.empty() || one.starts_with('#')) continue;
        const size_t equals = one.find('=');
        if (equals == 0 || equals == std::string::npos) {
            context.sink.report({
                .id = "W811",
                .where = {.file = file,
                          .line = line,
                          .column = 1,
                          .length = static_cast<uint32_t>(one.size())},
                .message = "this line is no KEY=VALUE and is passed over",
                .notes = {},
                .hint = "delete the lock file to let mkl choose again"
            });
            continue;
        }
        out.push_back({one.substr(0, equals), one.substr(equals + 1), path, line});
    }
    return out;
}

std::optional<std::string> read_lock(Context& context, const std::filesystem::path& path) {
    std::string error;
    const auto bytes = context.files.read(path, max_yaml_bytes, error);
    if (!bytes) return std::nullopt;
    return std::string{as_text(*bytes)};
}

}  // namespace

std::filesystem::path lock_path(const std::filesystem::path& system) {
    return std::filesystem::path{system}.replace_extension(".lock");
}

std::vector<Setting> locked_settings(Context& context, const System& system) {
    const std::filesystem::path path = lock_path(context.options.system);
    const auto text = read_lock(context, path);
    if (!text) return {};
    std::vector<Setting> out = parse(*text, context, path.string());
    std::erase_if(out, [&](const Setting& s) { return !still_fits(s, system); });
    return out;
}

std::string lock_text(const Plan& plan) {
    std::string out = "# Addresses that `mkl --lock` keeps. Delete this file to let mkl choose "
                      "again.\n";
    out += cat("loader=", range_text(plan.loader), '\n');
    for (const PlanNode& n : plan.nodes)
        out += cat("nodes.", n.name, ".memory=", memory_text(n.memory), '\n');
    for (const PlanPool& p : plan.pools)
        out += cat(p.automatic ? "auto." : "shared.", p.name, ".base=", hex(p.range.base()), '\n');
    return out;
}

namespace {

/// Decisions of `before` that the plan has otherwise.
void report_moved(Context& context, const std::string& before, const std::string& wanted,
                  std::string_view id, std::string_view hint) {
    DiagnosticSink quiet;
    Context scratch{context.options, context.files, context.catalogue, quiet};
    const std::string path = lock_path(context.options.system).string();
    const auto file = std::make_shared<SourceFile>(SourceFile{path, before});
    const std::vector<Setting> now = parse(wanted, scratch, "");
    for (const Setting& old : parse(before, scratch, path)) {
        const auto it = std::find_if(now.begin(), now.end(),
                                     [&](const Setting& s) { return s.key == old.key; });
        if (it == now.end() || it->value == old.value) continue;
        context.sink.report({
            .id = id,
            .where = {.file = file, .line = old.line, .column = 1},
            .message = cat(old.key, " was ", old.value, " and is now ", it->value),
            .notes = {           },
            .hint = std::string{hint        }
        });
    }
}

}  // namespace

void compare_with_lock(Context& context, const Plan& plan) {
    if (context.options.lock) return;  // write_lock() says it
    const auto before = read_lock(context, lock_path(context.options.system));
    if (before)
        report_moved(context, *before, lock_text(plan), "W813",
                     "if that is meant, `mkl partition --lock` writes the new address down");
}

void write_lock(Context& context, const Plan& plan) {
    const std::filesystem::path path = lock_path(context.options.system);
    const std::string wanted = lock_text(plan);
    const auto before = read_lock(context, path);
    if (before == wanted) return;
    const auto file = std::make_shared<SourceFile>(SourceFile{path.string(), ""});
    if (before) report_moved(context, *before, wanted, "N810", "");
    // Whole or not at all: a file beside it, renamed over it.
    const std::filesystem::path temporary{path.string() + ".new"};
    std::ofstream out{temporary, std::ios::binary};
    out << wanted;
    out.close();
    std::error_code error;
    if (out) std::filesystem::rename(temporary, path, error);
    if (!out || error) {
        const std::string why = error ? error.message() : std::string{std::strerror(errno)};
        std::filesystem::remove(temporary, error);
        context.sink.report(
            {.id = "E812", .where = {.file = file}, .message = cat("cannot be written: ", why)});
    }
}

}  // namespace mkl::cli
