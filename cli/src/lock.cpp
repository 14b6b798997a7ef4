// SPDX-License-Identifier: BSD-2-Clause
#include "lock.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "mkl/claims/claims.hpp"
#include "mkl/support/join.hpp"
#include "mkl/support/text.hpp"

namespace mkl::cli {

namespace {

std::string range_text(PhysRange r) {
    return cat("{base: ", hex(r.base()), ", size: ", hex(r.size_bytes()), "}");
}
std::string memory_text(const std::vector<PhysRange>& memory) {
    return cat("[", join(memory, range_text), "]");
}

uint64_t number_of(std::string_view hex) {
    return std::strtoull(std::string{hex}.c_str(), nullptr, 16);
}

/// The ranges in a value of this file: every "base: 0x.., size: 0x..".
std::vector<PhysRange> ranges_in(std::string_view value) {
    std::vector<PhysRange> out;
    const auto number = [&](std::string_view key, size_t& at) {
        at = value.find(key, at);
        if (at == std::string_view::npos) return uint64_t{0};
        at += key.size();
        return number_of(value.substr(at));
    };
    for (size_t at = 0; at < value.size();) {
        const PhysAddr base{number("base: 0x", at)};
        const uint64_t size = number("size: 0x", at);
        if (const auto range = PhysRange::from_base_size(base, size); range && size != 0)
            out.push_back(*range);
    }
    return out;
}

/// Ranges that mkl chose for `asked`: as much in all, and each within the limits of every one.
bool still_serve(const std::vector<PhysRange>& ranges, const std::vector<MemoryRequest>& asked) {
    uint64_t wanted = 0, had = 0;
    for (const PhysRange r : ranges) had += r.size_bytes();
    for (const MemoryRequest& m : asked) {
        wanted += m.size.value;
        const auto within = [&](PhysRange r) { return keeps_limits(r, m.limits); };
        if (m.base || !std::all_of(ranges.begin(), ranges.end(), within)) return false;
    }
    return wanted == had;
}

bool starts_as(std::string_view key, std::string_view prefix, std::string_view name,
               std::string_view suffix) {
    return key == cat(prefix, name, suffix);
}

/// The value of `key` among the lines of the lock file; "" if there is none.
std::string value_of(const std::vector<Setting>& lines, std::string_view key) {
    for (const Setting& s : lines)
        if (s.key == key) return s.value;
    return "";
}

/// Base and room of a file go together: as long as it fits where it was.
bool keeps_file(const Setting& s, const FileRequest& file, const std::vector<Setting>& lines) {
    const std::string key = cat("files.", file.name.value);
    const bool is_base = s.key == key + ".base", is_size = s.key == key + ".size";
    if (file.base || (is_size && file.size) || !(is_base || is_size)) return false;
    const uint64_t room = number_of(value_of(lines, key + ".size"));
    const auto range =
        PhysRange::from_base_size(PhysAddr{number_of(value_of(lines, key + ".base"))}, room);
    if (!range || !keeps_limits(*range, file.limits)) return false;
    return file.size ? file.size->value == room : file.bytes.value_or(0) <= room;
}

/// The base of a pool, as long as its size is what it was.
bool keeps_pool(const Setting& s, const PoolRequest& pool, const std::vector<Setting>& lines) {
    const std::string key = cat("shared.", pool.name.value);
    if (pool.base || s.key != key + ".base") return false;
    const auto range = PhysRange::from_base_size(PhysAddr{number_of(s.value)}, pool.size.value);
    return range && number_of(value_of(lines, key + ".size")) == pool.size.value &&
           keeps_limits(*range, pool.limits);
}

// Whether the YAML leaves this decision to mkl and asks for the same amount as then.
bool still_fits(const Setting& s, const System& system, const std::vector<Setting>& lines) {
    if (s.key == "loader") return !system.loader;
    for (const NodeRequest& n : system.nodes) {
        if (!starts_as(s.key, "nodes.", n.name.value, ".memory")) continue;
        return still_serve(ranges_in(s.value), n.memory);
    }
    for (const PoolRequest& p : system.shared)
        if (keeps_pool(s, p, lines)) return true;
    for (const FileRequest& f : system.files)
        if (keeps_file(s, f, lines)) return true;
    return false;
}

/// "auto.NAME={base: 0x.., size: 0x.., nodes: [a, b]}"
std::string kept_line(const KeptPool& pool) {
    std::string out = cat("auto.", pool.name, "=", range_text(pool.range));
    out.pop_back();
    return out + cat(", nodes: [", join(pool.nodes), "]}\n");
}

std::optional<KeptPool> pool_from(std::string name, std::string_view value) {
    const std::vector<PhysRange> ranges = ranges_in(value);
    const size_t open = value.find('['), close = value.find(']');
    if (ranges.size() != 1 || open == std::string_view::npos || close == std::string_view::npos ||
        close < open)
        return std::nullopt;
    KeptPool out{std::move(name), ranges.front(), {}};
    std::string_view nodes = value.substr(open + 1, close - open - 1);
    while (!nodes.empty()) {
        const size_t comma = std::min(nodes.find(", "), nodes.size());
        out.nodes.emplace_back(nodes.substr(0, comma));
        nodes.remove_prefix(std::min(comma + 2, nodes.size()));
    }
    return out;
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
    if (system.extension() == ".lock") return system.string() + ".lock";
    return std::filesystem::path{system}.replace_extension(".lock");
}

bool lock_can_be_read(Context& context) {
    const std::filesystem::path path = lock_path(context.options.system);
    std::error_code error;
    const auto type = std::filesystem::symlink_status(path, error).type();
    if (type == std::filesystem::file_type::not_found) return true;
    std::string why;
    if (context.files.read(path, max_yaml_bytes, why)) return true;
    context.sink.report(
        {.id = "E814",
         .where = {.file = std::make_shared<SourceFile>(SourceFile{path.string(), ""})},
         .message = cat("the lock file cannot be read: ", why),
         .notes = {},
         .hint = "make it readable; or remove it, and mkl chooses addresses anew"});
    return false;
}

std::vector<Setting> locked_settings(Context& context, const System& system) {
    const std::filesystem::path path = lock_path(context.options.system);
    const auto text = read_lock(context, path);
    if (!text) return {};
    std::vector<Setting> out = parse(*text, context, path.string());
    const std::vector<Setting> lines = out;
    std::erase_if(out, [&](const Setting& s) { return !still_fits(s, system, lines); });
    return out;
}

std::vector<KeptPool> kept_pools(Context& context) {
    const std::filesystem::path path = lock_path(context.options.system);
    const auto text = read_lock(context, path);
    if (!text) return {};
    DiagnosticSink quiet;  // locked_settings() has said it
    Context scratch{context.options, context.files, context.catalogue, quiet};
    std::vector<KeptPool> out;
    for (const Setting& s : parse(*text, scratch, path.string()))
        if (s.key.starts_with("auto."))
            if (auto pool = pool_from(s.key.substr(5), s.value)) out.push_back(std::move(*pool));
    return out;
}

std::string lock_text(const Plan& plan, const System& system) {
    std::string out = "# Addresses that `mkl --lock` keeps. Delete this file to let mkl choose "
                      "again.\n";
    out += cat("loader=", range_text(plan.loader), '\n');
    for (const PlanNode& n : plan.nodes)
        out += cat("nodes.", n.name, ".memory=", memory_text(n.memory), '\n');
    for (const PlanNode& n : plan.nodes)
        for (const PlanFile& f : n.files) {
            const std::string& name = system.files[f.file].name.value;
            out += cat("files.", name, ".base=", hex(f.range.base()), '\n');
            out += cat("files.", name, ".size=", hex(f.range.size_bytes()), '\n');
        }
    for (const PlanNode& n : plan.nodes)
        if (n.decoy) out += kept_line({cat("decoy-", n.name), *n.decoy, {n.name}});
    for (const PlanPool& p : plan.pools) {
        KeptPool kept{p.name, p.range, {}};
        for (const auto& [node, rights] : p.nodes) kept.nodes.push_back(plan.nodes[node].name);
        if (p.automatic)
            out += kept_line(kept);
        else
            out += cat("shared.", p.name, ".base=", hex(p.range.base()), "\nshared.", p.name,
                       ".size=", hex(p.range.size_bytes()), '\n');
    }
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
        // A pool's size is the YAML's, beside the base that it goes with.
        if (old.key.starts_with("shared.") && old.key.ends_with(".size")) continue;
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

void compare_with_lock(Context& context, const Plan& plan, const System& system) {
    if (context.options.lock) return;  // write_lock() says it
    const auto before = read_lock(context, lock_path(context.options.system));
    if (before)
        report_moved(context, *before, lock_text(plan, system), "W813",
                     "if that is meant, `mkl partition --lock` writes the new address down");
}

void write_lock(Context& context, const Plan& plan, const System& system) {
    const std::filesystem::path path = lock_path(context.options.system);
    const std::string wanted = lock_text(plan, system);
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
