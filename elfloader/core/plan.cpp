// SPDX-License-Identifier: BSD-2-Clause
// What the payload table claims: every byte has at most one writer, and all of it is RAM.
#include "mkl/abi/ring.h"
#include "payload.hpp"
#include "range.hpp"

namespace mkl::loader {

namespace {

constexpr const char* table_name = MKL_PAYLOAD_NAME;

/// Whether `r` lies in one of `ranges`.
bool is_in(const Table<mkl_range>& ranges, mkl_range r) {
    if (!is_sane(r)) return false;
    for (const mkl_range& range : ranges)
        if (contains(range, r)) return true;
    return false;
}

/// Sorted, disjoint, page aligned, not empty, nothing wraps.
bool is_ordered(const Table<mkl_range>& ranges) {
    uint64_t end = 0;
    for (const mkl_range& r : ranges) {
        if (r.size == 0 || !is_paged(r) || !is_sane(r) || r.base < end) return false;
        end = r.base + r.size;
    }
    return true;
}

Fault overlap(const char* subject, const char* text, mkl_range a, mkl_range b) {
    return fault(MKL_STATUS_OVERLAP, subject, text, a.base, b.base);
}

/// Against what belongs to the loader and to everybody.
Fault check_private(const Payload& p, const char* subject, mkl_range r) {
    const mkl_payload_header& h = *p.header;
    if (!is_in(p.ram, r)) return fault(MKL_STATUS_BOUNDS, subject, "is not RAM", r.base, r.size);
    if (overlaps(r, h.loader)) return overlap(subject, "overlaps the loader", r, h.loader);
    if (overlaps(r, h.status)) return overlap(subject, "overlaps the status pages", r, h.status);
    if (overlaps(r, h.logs)) return overlap(subject, "overlaps the logs", r, h.logs);
    for (const mkl_range& pool : p.pools)
        if (overlaps(r, pool)) return overlap(subject, "overlaps a shared pool", r, pool);
    return no_fault();
}

Fault check_common(const Payload& p) {
    const mkl_payload_header& h = *p.header;
    if (!is_ordered(p.ram) || !is_ordered(p.claims) || !is_ordered(p.pools) || !is_ordered(p.zeros))
        return fault(MKL_STATUS_TABLE, table_name, "ranges are not sorted and disjoint");
    for (const mkl_range& claim : p.claims)
        if (!is_in(p.ram, claim))
            return fault(MKL_STATUS_BOUNDS, "claim", "is not RAM", claim.base, claim.size);
    if (!same(h.loader, {p.params->run_base, p.params->footprint}))
        return fault(MKL_STATUS_TABLE, "loader", "is not where the plan has it", p.params->run_base,
                     h.loader.base);
    const mkl_range fixed[] = {h.loader, h.status, h.logs};
    const char* const names[] = {"loader", "status pages", "logs"};
    for (unsigned i = 0; i < 3; i++) {
        if (fixed[i].size == 0) continue;
        if (!is_paged(fixed[i]) || !is_in(p.ram, fixed[i]))
            return fault(MKL_STATUS_BOUNDS, names[i], "is not RAM", fixed[i].base, fixed[i].size);
        for (unsigned j = 0; j < i; j++)
            if (overlaps(fixed[i], fixed[j]))
                return overlap(names[i], "overlaps what precedes it", fixed[i], fixed[j]);
        for (const mkl_range& pool : p.pools)
            if (overlaps(fixed[i], pool))
                return overlap(names[i], "overlaps a shared pool", fixed[i], pool);
    }
    for (const mkl_range& pool : p.pools)
        if (!is_in(p.ram, pool))
            return fault(MKL_STATUS_BOUNDS, "shared pool", "is not RAM", pool.base, pool.size);
    for (const mkl_range& zeros : p.zeros)
        if (!is_in(p.pools, zeros))
            return fault(MKL_STATUS_BOUNDS, "zeros", "are in no shared pool", zeros.base,
                         zeros.size);
    if (h.status.size / MKL_PAGE_SIZE != p.nodes.count)
        return fault(MKL_STATUS_TABLE, table_name, "one status page per node", h.status.size,
                     p.nodes.count);
    if (h.intc.region_count > MKL_INTC_MAX_REGIONS)
        return fault(MKL_STATUS_TABLE, table_name, "interrupt controller regions",
                     h.intc.region_count, MKL_INTC_MAX_REGIONS);
    return no_fault();
}

Fault check_interrupts(const Payload& p) {
    uint32_t last = 0;
    for (const mkl_payload_interrupt& i : p.interrupts) {
        if (i.id <= last || i.id > 0xffff || i.node >= p.nodes.count ||
            i.trigger > MKL_TRIGGER_EDGE)
            return fault(MKL_STATUS_TABLE, table_name, "bad interrupt", i.id, i.node);
        last = i.id;
    }
    return no_fault();
}

bool in_ram_of(const Payload& p, const mkl_payload_node& n, mkl_range r) {
    for (const mkl_range& ram : p.ram_of(n))
        if (contains(ram, r)) return true;
    return false;
}

/// A FIT loadable stands in the loader's memory behind scratch, or in RAM that is nobody's place.
Fault check_loadable(const Payload& p, const mkl_payload_entry& e) {
    const mkl_range data = {e.address, e.size};
    const uint64_t used = p.params->scratch_offset + p.params->scratch_size;
    const mkl_range room = {p.header->loader.base + used, p.header->loader.size - used};
    if (is_sane(data) && contains(room, data)) return no_fault();
    if (const Fault f = check_private(p, e.name, data); !f.ok()) return f;
    for (const mkl_payload_segment& t : p.segments)
        if (overlaps(data, {t.dest, t.memory_size}))
            return overlap(e.name, "loadable lies under a segment", data, {t.dest, t.memory_size});
    return no_fault();
}

/// Segments lie in the node's RAM, disjoint.
Fault check_segments(const Payload& p, const mkl_payload_node& n) {
    for (const mkl_payload_entry& e : p.entries_of(n)) {
        for (const mkl_payload_segment& s : p.segments_of(e)) {
            const mkl_range dest = {s.dest, s.memory_size};
            if (!is_sane(dest) || !in_ram_of(p, n, dest))
                return fault(MKL_STATUS_BOUNDS, e.name, "segment is outside the node's RAM", s.dest,
                             s.memory_size);
            for (const mkl_payload_entry& other : p.entries_of(n))
                for (const mkl_payload_segment& t : p.segments_of(other))
                    if (&s != &t && overlaps(dest, {t.dest, t.memory_size}))
                        return overlap(e.name, "segment overlaps another", dest,
                                       {t.dest, t.memory_size});
        }
        if (e.offset != not_in_archive) continue;
        if (const Fault f = check_loadable(p, e); !f.ok()) return f;
    }
    return no_fault();
}

Fault check_entry_point(const Payload& p, const mkl_payload_node& n) {
    if (n.protocol < MKL_PROTOCOL_MKL || n.protocol > MKL_PROTOCOL_LOADER_INFO)
        return fault(MKL_STATUS_TABLE, n.name, "protocol not known", n.protocol,
                     MKL_PROTOCOL_LOADER_INFO);
    if (n.kernel_end < n.kernel_base ||
        !in_ram_of(p, n, {n.kernel_base, n.kernel_end - n.kernel_base}))
        return fault(MKL_STATUS_BOUNDS, n.name, "kernel is outside the node's RAM", n.kernel_base,
                     n.kernel_end);
    const uint64_t skip = n.protocol == MKL_PROTOCOL_MKL ? n.kernel_base : n.kernel_virt;
    if (n.kernel_entry < skip || n.kernel_entry - skip >= n.kernel_end - n.kernel_base)
        return fault(MKL_STATUS_BOUNDS, n.name, "entry point is outside the kernel", n.kernel_entry,
                     n.kernel_end);
    if (n.protocol == MKL_PROTOCOL_MKL &&
        !in_ram_of(p, n, {n.boot_record, sizeof(mkl_boot_header)}))
        return fault(MKL_STATUS_BOUNDS, n.name, "boot record is outside the node's RAM",
                     n.boot_record, sizeof(mkl_boot_header));
    return no_fault();
}

Fault check_node(const Payload& p, uint32_t index) {
    const mkl_payload_node& n = p.nodes[index];
    const mkl_payload_header& h = *p.header;
    const Table<mkl_range> ram = p.ram_of(n);
    if (!is_ordered(ram))
        return fault(MKL_STATUS_TABLE, n.name, "RAM ranges are not sorted and disjoint");
    for (const mkl_range& r : ram)
        if (const Fault f = check_private(p, n.name, r); !f.ok()) return f;
    for (uint32_t j = 0; j < index; j++) {
        const mkl_payload_node& other = p.nodes[j];
        if (other.hwid == n.hwid)
            return fault(MKL_STATUS_TABLE, n.name, "has the CPU of another node", n.hwid, j);
        for (const mkl_range& r : ram)
            for (const mkl_range& o : p.ram_of(other))
                if (overlaps(r, o)) return overlap(n.name, "has RAM of another node", r, o);
    }
    if (n.status != h.status.base + uint64_t{index} * MKL_PAGE_SIZE)
        return fault(MKL_STATUS_TABLE, n.name, "status page is another one's", n.status,
                     h.status.base);
    if (n.log != 0 && (n.log % MKL_PAGE_SIZE != 0 || !contains(h.logs, {n.log, MKL_LOG_RING_SIZE})))
        return fault(MKL_STATUS_BOUNDS, n.name, "log is outside the logs", n.log, h.logs.base);
    if (const Fault f = check_segments(p, n); !f.ok()) return f;
    return check_entry_point(p, n);
}

}  // namespace

Fault check_plan(const Payload& payload) {
    if (const Fault f = check_common(payload); !f.ok()) return f;
    if (const Fault f = check_interrupts(payload); !f.ok()) return f;
    for (uint32_t i = 0; i < payload.nodes.count; i++)
        if (const Fault f = check_node(payload, i); !f.ok()) return f;
    return no_fault();
}

}  // namespace mkl::loader
