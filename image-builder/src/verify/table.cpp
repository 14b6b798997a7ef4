// SPDX-License-Identifier: BSD-2-Clause
// Loader parameters and payload table (mkl/abi/payload.h).
#include <cstring>

#include "mkl/support/text.hpp"
#include "reader.hpp"

namespace mkl::verify {

namespace {

// Elements of a table; nullopt if they do not lie inside `bytes`.
template <class T>
std::optional<std::vector<T>> elements(const ByteView& bytes, const mkl_table& table,
                                       uint32_t limit) {
    if (table.count > limit || table.offset % 8 != 0) return std::nullopt;
    std::vector<T> out(table.count);
    if (!bytes.copy(table.offset, std::as_writable_bytes(std::span{out}))) return std::nullopt;
    return out;
}

// A slice of `all`: table.offset is the first index.
template <class T>
std::optional<std::vector<T>> slice(const std::vector<T>& all, const mkl_table& table) {
    if (table.offset > all.size() || table.count > all.size() - table.offset) return std::nullopt;
    const auto begin = all.begin() + static_cast<ptrdiff_t>(table.offset);
    return std::vector<T>{begin, begin + static_cast<ptrdiff_t>(table.count)};
}

std::optional<ByteView> data_of(const mkl_payload_entry& entry, const ByteView& archive,
                                const std::vector<Loadable>& loadables) {
    if (entry.offset != ~uint64_t{0}) return archive.part(entry.offset, entry.size);
    for (const Loadable& l : loadables)
        if (l.load == entry.address && l.data.size() == entry.size) return l.data;
    return std::nullopt;
}

std::string check_header(const mkl_payload_header& h, const ByteView& bytes) {
    if (h.magic != MKL_PAYLOAD_MAGIC) return "it does not start with MKLPAYL1";
    if (h.major != MKL_PAYLOAD_MAJOR)
        return cat("its version is ", h.major, '.', h.minor, ", this mkl reads ", MKL_PAYLOAD_MAJOR,
                   ".x");
    if (h.total_size != bytes.size())
        return cat("it says it has ", h.total_size, " bytes, the entry has ", bytes.size());
    if (h.nodes.count == 0 || h.nodes.count > MKL_PAYLOAD_MAX_NODES)
        return cat("it has ", h.nodes.count, " nodes, of 1 to ", MKL_PAYLOAD_MAX_NODES);
    return "";
}

}  // namespace

std::string fixed_text(const char* data, size_t size) { return {data, ::strnlen(data, size)}; }

std::string range_text(const mkl_range& r) { return cat(hex(r.base), "+", hex(r.size)); }

std::optional<PhysRange> range_of(const mkl_range& r) {
    if (r.size == 0) return std::nullopt;
    return PhysRange::from_base_size(PhysAddr{r.base}, r.size);
}

std::vector<PhysRange> ranges_of(const std::vector<mkl_range>& list) {
    std::vector<PhysRange> out;
    for (const mkl_range& r : list)
        if (const auto range = range_of(r)) out.push_back(*range);
    return normalise(std::move(out));
}

std::string_view role_name(uint32_t role) {
    constexpr std::string_view names[] = {"?",           "kernel", "root image", "device tree",
                                          "boot record", "file",   "steward",    "loader info"};
    return role < std::size(names) ? names[role] : names[0];
}

const Entry* Node::entry(uint32_t role) const {
    for (const Entry& e : entries)
        if (e.raw.role == role) return &e;
    return nullptr;
}

std::optional<mkl_loader_params> read_params(const ByteView& flat, std::string& why) {
    const auto params = flat.value<mkl_loader_params>(MKL_LOADER_PARAMS_OFFSET);
    if (!params || params->magic != MKL_LOADER_MAGIC) {
        why = "there are no loader parameters (MKLLOAD1) at byte 0x40";
        return std::nullopt;
    }
    if (params->major != MKL_LOADER_MAJOR) {
        why = cat("loader parameters of version ", params->major, ", this mkl reads ",
                  MKL_LOADER_MAJOR);
        return std::nullopt;
    }
    return params;
}

std::optional<Table> read_table(const ByteView& bytes, const ByteView& archive,
                                const std::vector<Loadable>& loadables, std::string& why) {
    const auto header = bytes.value<mkl_payload_header>(0);
    if (!header || bytes.size() > max_table_size) {
        why = cat("it has ", bytes.size(), " bytes");
        return std::nullopt;
    }
    if (why = check_header(*header, bytes); !why.empty()) return std::nullopt;
    Table out;
    out.header = *header;
    const auto nodes = elements<mkl_payload_node>(bytes, header->nodes, MKL_PAYLOAD_MAX_NODES);
    const auto entries = elements<mkl_payload_entry>(bytes, header->entries, max_entries);
    const auto segments = elements<mkl_payload_segment>(bytes, header->segments, max_segments);
    const auto pools = elements<mkl_range>(bytes, header->pools, max_ranges);
    const auto zeros = elements<mkl_range>(bytes, header->zeros, max_ranges);
    const auto ram = elements<mkl_range>(bytes, header->ram, max_ranges);
    const auto claims = elements<mkl_range>(bytes, header->claims, max_ranges);
    const auto interrupts = elements<mkl_payload_interrupt>(bytes, header->interrupts, max_ranges);
    if (!nodes || !entries || !segments || !pools || !zeros || !ram || !claims || !interrupts) {
        why = "one of its tables reaches past its end";
        return std::nullopt;
    }
    out.pools = *pools;
    out.zeros = *zeros;
    out.ram = *ram;
    out.claims = *claims;
    out.interrupts = *interrupts;
    for (const mkl_payload_node& n : *nodes) {
        Node node;
        node.raw = n;
        node.name = fixed_text(n.name, sizeof n.name);
        const auto node_ram = elements<mkl_range>(bytes, n.ram, max_ranges);
        const auto node_entries = slice(*entries, n.entries);
        if (!node_ram || !node_entries) {
            why = cat("tables of node '", node.name, "' reach past its end");
            return std::nullopt;
        }
        node.ram = *node_ram;
        for (const mkl_payload_entry& e : *node_entries) {
            Entry entry;
            entry.raw = e;
            entry.name = fixed_text(e.name, sizeof e.name);
            const auto s = slice(*segments, e.segments);
            if (!s) {
                why = cat("segments of '", entry.name, "' reach past its end");
                return std::nullopt;
            }
            entry.segments = *s;
            entry.data = data_of(e, archive, loadables);
            node.entries.push_back(std::move(entry));
        }
        out.nodes.push_back(std::move(node));
    }
    return out;
}

}  // namespace mkl::verify
