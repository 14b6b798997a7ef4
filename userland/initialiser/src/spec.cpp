// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/user/spec.hpp"

#include "mkl/abi/crc32.hpp"
#include "mkl/abi/ring.h"

namespace mkl::user {
namespace {

constexpr unsigned max_cnode_bits = 20;
constexpr unsigned table_entries = 1024;  // a hyp VSpace root has the most
constexpr uint32_t no_object = ~0u;

Crc32 checksum;

/// Checks one spec from its header on; each step may use what the ones before it found good.
class Checker {
public:
    Checker(Spec& spec, uint64_t available) : spec_{spec}, available_{available} {}

    SpecResult header(const mkl_spec_header* h, uint32_t abi, uint32_t node_id);
    SpecResult tables();
    SpecResult objects();
    SpecResult consoles();
    SpecResult doorbells();

private:
    template <class T>
    bool table(const mkl_spec_table& t, SpecTable<T>& out) {
        const mkl_spec_header& h = *spec_.header;
        if (t.offset % alignof(uint64_t) != 0 || t.offset < sizeof(mkl_spec_header)) return false;
        if (t.offset > h.tables_size || t.count > (h.tables_size - t.offset) / sizeof(T))
            return false;
        out = {static_cast<const T*>(static_cast<const void*>(spec_.bytes(t.offset))), t.count};
        return true;
    }
    bool slice(uint32_t first, uint32_t count, uint32_t size) const {
        return first <= size && count <= size - first;
    }
    bool is(uint32_t object, uint16_t type) const {
        return object < spec_.objects.size && spec_.objects[object].type == type;
    }
    bool sized(const mkl_spec_object& o) const;
    bool slot(const mkl_spec_object& holder, const mkl_spec_slot& s) const;
    bool tcb_slot(const mkl_spec_slot& s) const;
    bool fill(const mkl_spec_object& frame, const mkl_spec_fill& f) const;
    bool tcb_complete(const mkl_spec_object& o) const;

    Spec& spec_;
    uint64_t available_;
};

SpecResult Checker::header(const mkl_spec_header* h, uint32_t abi, uint32_t node_id) {
    if (available_ < sizeof *h) return {SpecError::truncated, available_};
    if (h->magic != MKL_SPEC_MAGIC) return {SpecError::magic, 0};
    if (h->version != MKL_SPEC_VERSION) return {SpecError::version, h->version};
    if (h->total_size > available_ || h->tables_size > h->total_size || h->tables_size < sizeof *h)
        return {SpecError::truncated, h->total_size};
    checksum.make();
    if (checksum.skipping(h, h->tables_size, offsetof(mkl_spec_header, crc32)) != h->crc32)
        return {SpecError::crc, h->crc32};
    if (h->abi != abi) return {SpecError::abi, h->abi};
    if (h->node_id != node_id) return {SpecError::node, h->node_id};
    spec_.header = h;
    spec_.console_notification = h->console_notification;
    spec_.fault_endpoint = h->fault_endpoint;
    return {};
}

SpecResult Checker::tables() {
    const mkl_spec_header& h = *spec_.header;
    if (!table(h.objects, spec_.objects)) return {SpecError::table, h.objects.offset};
    if (!table(h.slots, spec_.slots)) return {SpecError::table, h.slots.offset};
    if (!table(h.fills, spec_.fills)) return {SpecError::table, h.fills.offset};
    if (!table(h.tcbs, spec_.tcbs)) return {SpecError::table, h.tcbs.offset};
    if (!table(h.names, spec_.names)) return {SpecError::table, h.names.offset};
    if (!table(h.consoles, spec_.consoles)) return {SpecError::table, h.consoles.offset};
    if (!table(h.logs, spec_.logs)) return {SpecError::table, h.logs.offset};
    if (!table(h.peers, spec_.peers)) return {SpecError::table, h.peers.offset};
    if (!table(h.doorbells, spec_.doorbells)) return {SpecError::table, h.doorbells.offset};
    if (!table(h.bells, spec_.bells)) return {SpecError::table, h.bells.offset};
    if (!table(h.domains, spec_.domains)) return {SpecError::table, h.domains.offset};
    for (uint32_t i = 0; i < spec_.domains.size; i++)
        if (spec_.domains[i].domain > 255 || spec_.domains[i].ticks == 0)
            return {SpecError::domain, i};
    if (spec_.objects.size > spec_max_objects) return {SpecError::table, h.objects.offset};
    if (spec_.names.size > 0 && spec_.names[spec_.names.size - 1] != '\0')
        return {SpecError::name, spec_.names.size};
    return {};
}

bool Checker::sized(const mkl_spec_object& o) const {
    switch (o.type) {
    case MKL_OBJ_CNODE:
        return o.size_bits >= 1 && o.size_bits <= max_cnode_bits;
    case MKL_OBJ_FRAME:
        return o.size_bits == 12 || o.size_bits == 21 || o.size_bits == 30;
    case MKL_OBJ_UNTYPED:
        return o.size_bits >= 4 && o.size_bits <= 47;
    case MKL_OBJ_PAGE_TABLE:
        return o.extra >= 1 && o.extra <= 3;
    case MKL_OBJ_TCB:
        return o.extra < spec_.tcbs.size;
    default:
        return o.type >= MKL_OBJ_ENDPOINT && o.type <= MKL_OBJ_SMC;
    }
}

bool Checker::tcb_slot(const mkl_spec_slot& s) const {
    switch (s.slot) {
    case MKL_TCB_SLOT_CSPACE:
        return is(s.object, MKL_OBJ_CNODE);
    case MKL_TCB_SLOT_VSPACE:
        return is(s.object, MKL_OBJ_VSPACE);
    case MKL_TCB_SLOT_REPLY:
        return is(s.object, MKL_OBJ_REPLY);
    case MKL_TCB_SLOT_IPC_BUFFER:
        return is(s.object, MKL_OBJ_FRAME);
    case MKL_TCB_SLOT_FAULT_EP:
        return is(s.object, MKL_OBJ_ENDPOINT);
    case MKL_TCB_SLOT_SC:
        return is(s.object, MKL_OBJ_SCHED_CONTEXT);
    case MKL_TCB_SLOT_BOUND_NOTIFICATION:
        return is(s.object, MKL_OBJ_NOTIFICATION);
    default:
        return false;
    }
}

bool Checker::slot(const mkl_spec_object& holder, const mkl_spec_slot& s) const {
    if (s.object >= spec_.objects.size) return false;
    const uint16_t type = spec_.objects[s.object].type;
    switch (holder.type) {
    case MKL_OBJ_CNODE:
        return s.slot < 1u << holder.size_bits;
    case MKL_OBJ_TCB:
        return tcb_slot(s);
    case MKL_OBJ_IRQ:
        return s.slot == 0 && type == MKL_OBJ_NOTIFICATION;
    case MKL_OBJ_VSPACE:
    case MKL_OBJ_PAGE_TABLE:
        if (s.slot >= table_entries) return false;
        if (type == MKL_OBJ_FRAME) return holder.type == MKL_OBJ_PAGE_TABLE;
        // A table stands one level below its holder, so that no walk can run in a circle.
        return type == MKL_OBJ_PAGE_TABLE &&
               spec_.objects[s.object].extra ==
                   (holder.type == MKL_OBJ_VSPACE ? 1 : holder.extra + 1);
    default:
        return false;
    }
}

bool Checker::fill(const mkl_spec_object& frame, const mkl_spec_fill& f) const {
    const uint64_t size = uint64_t{1} << frame.size_bits;
    if (f.kind == MKL_FILL_RING) return frame.size_bits == 12 && f.dest_offset == 0;
    if (f.data > spec_.header->total_size || f.length > spec_.header->total_size - f.data)
        return false;
    if (f.kind == MKL_FILL_EMBED)
        return frame.size_bits == 12 && frame.fill_count == 1 && f.data % MKL_PAGE_SIZE == 0 &&
               spec_.header->total_size - f.data >= MKL_PAGE_SIZE &&
               frame.paddr == MKL_SPEC_NO_PADDR;
    return f.kind == MKL_FILL_DATA && f.dest_offset <= size && f.length <= size - f.dest_offset;
}

bool Checker::tcb_complete(const mkl_spec_object& o) const {
    const mkl_spec_tcb& t = spec_.tcbs[o.extra];
    if (t.priority > 255 || t.max_priority > 255 || t.domain > 255) return false;
    bool cspace = false, vspace = false;
    for (const mkl_spec_slot& s : spec_.slots_of(o)) {
        cspace |= s.slot == MKL_TCB_SLOT_CSPACE;
        vspace |= s.slot == MKL_TCB_SLOT_VSPACE;
    }
    return cspace && vspace;
}

SpecResult Checker::objects() {
    for (uint32_t i = 0; i < spec_.objects.size; i++) {
        const mkl_spec_object& o = spec_.objects[i];
        if (!sized(o) || o.name >= spec_.names.size) return {SpecError::object, i};
        if (!slice(o.first_slot, o.slot_count, spec_.slots.size)) return {SpecError::slot, i};
        if (!slice(o.first_fill, o.fill_count, spec_.fills.size)) return {SpecError::fill, i};
        if (o.paddr != MKL_SPEC_NO_PADDR) {
            const bool placeable = o.type == MKL_OBJ_FRAME || o.type == MKL_OBJ_UNTYPED;
            if (!placeable || (o.paddr & ((uint64_t{1} << o.size_bits) - 1)) != 0)
                return {SpecError::object, i};
            // Fixed ones first, ascending: one walk through each untyped reaches them all.
            if (i > 0 && spec_.objects[i - 1].paddr >= o.paddr) return {SpecError::order, i};
        }
    }
    for (uint32_t i = 0; i < spec_.objects.size; i++) {
        const mkl_spec_object& o = spec_.objects[i];
        for (uint32_t k = 0; k < o.slot_count; k++)
            if (!slot(o, spec_.slots[o.first_slot + k])) return {SpecError::slot, o.first_slot + k};
        if (o.fill_count > 0 && o.type != MKL_OBJ_FRAME) return {SpecError::fill, o.first_fill};
        for (uint32_t k = 0; k < o.fill_count; k++)
            if (!fill(o, spec_.fills[o.first_fill + k])) return {SpecError::fill, o.first_fill + k};
        if (o.type == MKL_OBJ_TCB && !tcb_complete(o)) return {SpecError::tcb, i};
    }
    return {};
}

SpecResult Checker::consoles() {
    if (spec_.console_notification != no_object &&
        !is(spec_.console_notification, MKL_OBJ_NOTIFICATION))
        return {SpecError::console, spec_.console_notification};
    if (spec_.fault_endpoint != no_object && !is(spec_.fault_endpoint, MKL_OBJ_ENDPOINT))
        return {SpecError::console, spec_.fault_endpoint};
    for (uint32_t i = 0; i < spec_.consoles.size; i++) {
        const mkl_spec_console& c = spec_.consoles[i];
        if (!is(c.frame, MKL_OBJ_FRAME) || spec_.objects[c.frame].size_bits != 12 ||
            c.name >= spec_.names.size)
            return {SpecError::console, i};
    }
    for (uint32_t i = 0; i < spec_.logs.size; i++) {
        const mkl_spec_log& l = spec_.logs[i];
        if (l.name >= spec_.names.size || l.base % MKL_PAGE_SIZE != 0 ||
            l.size % MKL_PAGE_SIZE != 0 || l.size == 0 || l.size > MKL_LOG_RING_SIZE)
            return {SpecError::console, i};
    }
    for (uint32_t i = 0; i < spec_.peers.size; i++) {
        const mkl_spec_peer& p = spec_.peers[i];
        if (p.name >= spec_.names.size || p.status % MKL_PAGE_SIZE != 0)
            return {SpecError::console, i};
    }
    return doorbells();
}

SpecResult Checker::doorbells() {
    for (uint32_t i = 0; i < spec_.doorbells.size; i++) {
        const mkl_spec_doorbell& d = spec_.doorbells[i];
        const bool woken = d.irq == no_object || is(d.irq, MKL_OBJ_IRQ);
        if (d.name >= spec_.names.size || d.page % MKL_PAGE_SIZE != 0 || !woken ||
            !slice(d.first_bell, d.bell_count, spec_.bells.size))
            return {SpecError::console, i};
    }
    for (uint32_t i = 0; i < spec_.bells.size; i++) {
        const mkl_spec_bell& b = spec_.bells[i];
        if (b.word >= MKL_PAGE_SIZE / sizeof(uint64_t) || !is(b.notification, MKL_OBJ_NOTIFICATION))
            return {SpecError::console, i};
    }
    return {};
}

}  // namespace

SpecResult open_spec(const void* base, uint64_t available, uint32_t abi, uint32_t node_id,
                     Spec& out) {
    out = {};
    Spec spec;
    Checker checker{spec, available};
    SpecResult result = checker.header(static_cast<const mkl_spec_header*>(base), abi, node_id);
    if (result.error == SpecError::none) result = checker.tables();
    if (result.error == SpecError::none) result = checker.objects();
    if (result.error == SpecError::none) result = checker.consoles();
    if (result.error == SpecError::none) out = spec;
    return result;
}

const char* spec_error_text(SpecError error) {
    switch (error) {
    case SpecError::none:
        return "none";
    case SpecError::truncated:
        return "it is longer than the image";
    case SpecError::magic:
        return "no magic number";
    case SpecError::version:
        return "another version";
    case SpecError::abi:
        return "it was made for another kernel ABI";
    case SpecError::table:
        return "a table lies outside";
    case SpecError::crc:
        return "its checksum differs";
    case SpecError::node:
        return "it was made for another node";
    case SpecError::object:
        return "an object has a wrong type or size";
    case SpecError::order:
        return "objects are not sorted";
    case SpecError::slot:
        return "a capability stands where it cannot";
    case SpecError::fill:
        return "data lies outside its frame or the spec";
    case SpecError::tcb:
        return "a thread is not complete";
    case SpecError::name:
        return "a name does not end";
    case SpecError::console:
        return "a console, log or peer is wrong";
    case SpecError::domain:
        return "a turn of the domain schedule is wrong";
    }
    return "unknown";
}

}  // namespace mkl::user
