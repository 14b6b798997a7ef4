// SPDX-License-Identifier: BSD-2-Clause
// Bounds of the payload table: everything later code indexes or follows.
#include "payload.hpp"

#include "layout.h"
#include "range.hpp"
#include "sha256.hpp"

namespace mkl::loader {

// layout.h is the assembler's view of mkl/abi/payload.h.
static_assert(PARAMS_MAGIC == MKL_LOADER_MAGIC && PARAMS_MAJOR == MKL_LOADER_MAJOR &&
              PARAMS_SIZE == sizeof(mkl_loader_params));
static_assert(PARAMS_RUN_BASE == offsetof(mkl_loader_params, run_base) &&
              PARAMS_PAYLOAD_OFFSET == offsetof(mkl_loader_params, payload_offset) &&
              PARAMS_PAYLOAD_SIZE == offsetof(mkl_loader_params, payload_size) &&
              PARAMS_SCRATCH_OFFSET == offsetof(mkl_loader_params, scratch_offset));

namespace {

constexpr const char* table_name = MKL_PAYLOAD_NAME;

Fault table_fault(const char* text) { return fault(MKL_STATUS_TABLE, table_name, text); }

/// Table `t` as elements of T; false if it reaches outside mkl.payload.
template <class T>
bool take(const mkl_payload_header& header, mkl_table t, Table<T>& out) {
    if (t.count == 0) return true;
    if (t.offset < sizeof(mkl_payload_header)) return false;
    if (t.offset > header.total_size || t.offset % 8 != 0) return false;
    if (t.count > (header.total_size - t.offset) / sizeof(T)) return false;
    const auto* base = reinterpret_cast<const uint8_t*>(&header);
    out.first = view<T>(base + t.offset);
    out.count = t.count;
    return true;
}

bool is_slice(mkl_table slice, uint32_t count) {
    return slice.offset <= count && slice.count <= count - slice.offset;
}

template <uint32_t Size>
bool is_text(const char (&text)[Size]) {
    if (text[0] == '\0') return false;
    for (const char c : text) {
        if (c == '\0') return true;
        if (c < ' ' || c > '~') return false;
    }
    return false;
}

bool take_tables(Payload& p) {
    const mkl_payload_header& h = *p.header;
    return take(h, h.nodes, p.nodes) && take(h, h.entries, p.entries) &&
           take(h, h.segments, p.segments) && take(h, h.pools, p.pools) &&
           take(h, h.zeros, p.zeros) && take(h, h.ram, p.ram) && take(h, h.claims, p.claims) &&
           take(h, h.interrupts, p.interrupts);
}

Fault check_entry_bounds(const Payload& p, const mkl_payload_entry& e, uint32_t node) {
    if (!is_text(e.name)) return table_fault("an entry has no readable name");
    if (e.node != node)
        return fault(MKL_STATUS_TABLE, e.name, "entry of another node", e.node, node);
    if (!is_slice(e.segments, p.segments.count))
        return fault(MKL_STATUS_TABLE, e.name, "segments reach outside their table");
    if (e.offset == not_in_archive) {
        if (e.address % 8 != 0 || !is_sane({e.address, e.size}))
            return fault(MKL_STATUS_BOUNDS, e.name, "bad loadable address", e.address, e.size);
    } else if (e.offset % MKL_PAYLOAD_ALIGN != 0 ||
               !contains({0, p.params->payload_size}, {e.offset, e.size})) {
        return fault(MKL_STATUS_BOUNDS, e.name, "data reaches outside the payload", e.offset,
                     e.size);
    }
    for (const mkl_payload_segment& s : p.segments_of(e)) {
        if (s.file_size > s.memory_size || !contains({0, e.size}, {s.offset, s.file_size}))
            return fault(MKL_STATUS_BOUNDS, e.name, "segment reaches outside its data", s.offset,
                         s.file_size);
        if (s.dest % 8 != 0 || s.offset % 8 != 0)
            return fault(MKL_STATUS_BOUNDS, e.name, "segment is not 8-byte aligned", s.dest,
                         s.offset);
    }
    return no_fault();
}

Fault check_node_bounds(const Payload& p, uint32_t index) {
    const mkl_payload_node& n = p.nodes[index];
    if (!is_text(n.name)) return table_fault("a node has no readable name");
    if (n.id != index) return fault(MKL_STATUS_TABLE, n.name, "wrong node id", n.id, index);
    if (n.cpu_number > 0xffff)
        return fault(MKL_STATUS_TABLE, n.name, "bad CPU interface number", n.cpu_number, 0xffff);
    Table<mkl_range> ram;
    if (n.ram.count == 0 || !take(*p.header, n.ram, ram))
        return fault(MKL_STATUS_TABLE, n.name, "RAM ranges reach outside the table");
    if (!is_slice(n.entries, p.entries.count))
        return fault(MKL_STATUS_TABLE, n.name, "entries reach outside their table");
    for (const mkl_payload_entry& e : p.entries_of(n))
        if (const Fault f = check_entry_bounds(p, e, index); !f.ok()) return f;
    return no_fault();
}

}  // namespace

Table<mkl_range> Payload::ram_of(const mkl_payload_node& node) const {
    const auto* base = reinterpret_cast<const uint8_t*>(header);
    return {view<mkl_range>(base + node.ram.offset), node.ram.count};
}

Table<mkl_payload_entry> Payload::entries_of(const mkl_payload_node& node) const {
    return {entries.first + node.entries.offset, node.entries.count};
}

Table<mkl_payload_segment> Payload::segments_of(const mkl_payload_entry& entry) const {
    return {segments.first + entry.segments.offset, entry.segments.count};
}

const uint8_t* Payload::data_of(const mkl_payload_entry& entry) const {
    if (entry.offset == not_in_archive) return reinterpret_cast<const uint8_t*>(entry.address);
    return archive + entry.offset;
}

Fault check_params(const mkl_loader_params& params, uint32_t arch) {
    constexpr const char* subject = "loader parameters";
    if (params.magic != MKL_LOADER_MAGIC || params.major != MKL_LOADER_MAJOR || params.arch != arch)
        return fault(MKL_STATUS_TABLE, subject, "not for this loader");
    if (params.run_base % block_2m != 0 || params.footprint == 0 ||
        !is_sane({params.run_base, params.footprint}))
        return fault(MKL_STATUS_TABLE, subject, "bad place to run", params.run_base,
                     params.footprint);
    const mkl_range room = {0, params.footprint};
    const mkl_range image = {0, params.image_size};
    const mkl_range archive = {params.payload_offset, params.payload_size};
    const mkl_range scratch = {params.scratch_offset, params.scratch_size};
    if (!is_paged(image) || params.payload_offset % MKL_PAGE_SIZE != 0 || !is_paged(scratch) ||
        !contains(room, image) || !contains(room, archive) || !contains(room, scratch) ||
        archive.base < image.size || scratch.base < archive.base ||
        scratch.base - archive.base < archive.size)
        return fault(MKL_STATUS_BOUNDS, subject, "parts do not fit the footprint", scratch.base,
                     params.footprint);
    if (params.table_offset % 8 != 0 ||
        !contains({0, params.payload_size}, {params.table_offset, params.table_size}))
        return fault(MKL_STATUS_BOUNDS, subject, "table reaches outside the payload",
                     params.table_offset, params.table_size);
    return no_fault();
}

Fault open_payload(const mkl_loader_params& params, const uint8_t* archive, uint32_t arch,
                   Payload& out) {
    if (const Fault f = check_params(params, arch); !f.ok()) return f;
    const uint8_t* table = archive + params.table_offset;
    if (params.table_size < sizeof(mkl_payload_header)) return table_fault("too short");
    if (!sha256_equals(table, params.table_size, params.table_sha256))
        return fault(MKL_STATUS_HASH, table_name, "SHA-256 differs");

    const auto& h = *view<mkl_payload_header>(table);
    if (h.magic != MKL_PAYLOAD_MAGIC || h.arch != arch) return table_fault("not a payload table");
    if (h.major != MKL_PAYLOAD_MAJOR)
        return fault(MKL_STATUS_TABLE, table_name, "version not known", h.major, MKL_PAYLOAD_MAJOR);
    if (h.total_size != params.table_size)
        return fault(MKL_STATUS_TABLE, table_name, "wrong size", h.total_size, params.table_size);
    if (mkl_crc32_skipping(&h, h.total_size, offsetof(mkl_payload_header, crc32)) != h.crc32)
        return table_fault("CRC differs");

    Payload p;
    p.params = &params;
    p.archive = archive;
    p.header = &h;
    if (!take_tables(p)) return table_fault("a table reaches outside it");
    if (p.nodes.count == 0 || p.nodes.count > MKL_PAYLOAD_MAX_NODES)
        return fault(MKL_STATUS_TABLE, table_name, "number of nodes", p.nodes.count,
                     MKL_PAYLOAD_MAX_NODES);
    if (p.segments.count > max_segments)
        return fault(MKL_STATUS_TABLE, table_name, "number of segments", p.segments.count,
                     max_segments);
    for (uint32_t i = 0; i < p.nodes.count; i++)
        if (const Fault f = check_node_bounds(p, i); !f.ok()) return f;
    out = p;
    return no_fault();
}

Fault verify_entry(const Payload& payload, const mkl_payload_entry& entry) {
    if (sha256_equals(payload.data_of(entry), entry.size, entry.sha256)) return no_fault();
    return fault(MKL_STATUS_HASH, entry.name, "SHA-256 differs");
}

}  // namespace mkl::loader
