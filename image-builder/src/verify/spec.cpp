// SPDX-License-Identifier: BSD-2-Clause
#include "spec.hpp"

#include "mkl/support/text.hpp"

namespace mkl::verify {

namespace {

constexpr uint64_t max_tables_size = uint64_t{256} << 20;

template <class T>
bool table(const ByteView& tables, const mkl_spec_table& t, std::vector<T>& out) {
    const uint64_t size = uint64_t{t.count} * sizeof(T);
    if (t.offset % 8 != 0 || !tables.holds(t.offset, size)) return false;
    out.resize(t.count);
    return tables.copy(t.offset, std::as_writable_bytes(std::span{out}));
}

bool is_slice(uint32_t first, uint32_t count, size_t size) {
    return count == 0 || (first <= size && count <= size - first);
}

std::string check_objects(const Spec& s) {
    for (size_t i = 0; i < s.objects.size(); i++) {
        const mkl_spec_object& o = s.objects[i];
        if (o.type < MKL_OBJ_ENDPOINT || o.type > MKL_OBJ_SMC)
            return cat("object ", i, " has unknown type ", o.type);
        if (!is_slice(o.first_slot, o.slot_count, s.slots.size()) ||
            !is_slice(o.first_fill, o.fill_count, s.fills.size()))
            return cat(s.describe(i), " refers past the slots or fills");
        if (o.name >= s.names.size()) return cat("object ", i, " has no name");
        if (o.size_bits > 47) return cat(s.describe(i), " has 2^", o.size_bits, " bytes");
        if (o.type == MKL_OBJ_TCB && o.extra >= s.tcbs.size())
            return cat(s.describe(i), " refers past the threads");
    }
    for (size_t i = 0; i < s.slots.size(); i++)
        if (s.slots[i].object >= s.objects.size())
            return cat("slot ", i, " names object ", s.slots[i].object, " of ", s.objects.size());
    return "";
}

std::string check_fills(const Spec& s, const ByteView& bytes) {
    for (size_t i = 0; i < s.objects.size(); i++) {
        const mkl_spec_object& o = s.objects[i];
        for (uint32_t k = 0; k < o.fill_count; k++) {
            const mkl_spec_fill& f = s.fills[o.first_fill + k];
            if (f.kind < MKL_FILL_DATA || f.kind > MKL_FILL_RING)
                return cat(s.describe(i), " has a fill of unknown kind ", f.kind);
            const uint64_t frame = uint64_t{1} << o.size_bits;
            if (f.kind != MKL_FILL_RING &&
                (f.dest_offset > frame || f.length > frame - f.dest_offset ||
                 !bytes.holds(f.data, f.length)))
                return cat(s.describe(i), " is filled past its end or the spec's");
        }
    }
    return "";
}

std::string check_others(const Spec& s) {
    for (const mkl_spec_console& c : s.consoles)
        if (c.frame >= s.objects.size() || c.name >= s.names.size())
            return "a console refers past the objects or names";
    for (const mkl_spec_log& l : s.logs)
        if (l.name >= s.names.size()) return "a log refers past the names";
    for (const mkl_spec_peer& p : s.peers)
        if (p.name >= s.names.size()) return "a peer refers past the names";
    if (s.header.console_notification != ~0u && s.header.console_notification >= s.objects.size())
        return "the console notification is no object";
    for (const mkl_spec_doorbell& d : s.doorbells)
        if ((d.irq != ~0u && d.irq >= s.objects.size()) || d.name >= s.names.size() ||
            !is_slice(d.first_bell, d.bell_count, s.bells.size()))
            return "a doorbell refers past the objects, bells or names";
    for (const mkl_spec_bell& b : s.bells)
        if (b.notification >= s.objects.size()) return "a bell refers past the objects";
    if (s.header.fault_endpoint != ~0u && s.header.fault_endpoint >= s.objects.size())
        return "the fault endpoint is no object";
    return "";
}

}  // namespace

std::string_view object_type_name(uint16_t type) {
    constexpr std::string_view names[] = {
        "?",           "endpoint",     "notification", "cnode",         "tcb",
        "frame",       "vspace",       "page table",   "irq",           "sgi signal",
        "untyped",     "sched",        "reply",        "asid pool",     "vcpu",
        "irq control", "asid control", "domain",       "sched control", "smc"};
    return type < std::size(names) ? names[type] : names[0];
}

std::string Spec::name(uint32_t offset) const {
    if (offset >= names.size()) return "";
    return fixed_text(names.data() + offset, names.size() - offset);
}

std::string Spec::describe(size_t object) const {
    const mkl_spec_object& o = objects[object];
    return cat(object_type_name(o.type), " '", name(o.name), "'");
}

std::optional<ByteView> find_spec(const Elf& elf, const ByteView& file) {
    for (const Elf64_Phdr& p : elf.loads)
        if (file.value<uint64_t>(p.p_offset) == MKL_SPEC_MAGIC)
            return file.part(p.p_offset, p.p_filesz);
    return std::nullopt;
}

std::optional<Spec> read_spec(const ByteView& bytes, std::string& why) {
    Spec out;
    const auto header = bytes.value<mkl_spec_header>(0);
    if (!header || header->magic != MKL_SPEC_MAGIC || header->version != MKL_SPEC_VERSION) {
        why = "it does not start with MKLSPEC1 of version 1";
        return std::nullopt;
    }
    out.header = *header;
    const auto tables = bytes.part(0, header->tables_size);
    if (!tables || header->tables_size < sizeof *header ||
        header->tables_size > header->total_size || header->total_size > bytes.size() ||
        header->tables_size > max_tables_size) {
        why = cat("it says ", header->tables_size, " bytes of tables and ", header->total_size,
                  " in all, it has ", bytes.size());
        return std::nullopt;
    }
    Bytes storage;
    const auto raw = tables->read(0, tables->size(), storage);
    const uint32_t crc =
        mkl_crc32_skipping(raw->data(), raw->size(), offsetof(mkl_spec_header, crc32));
    if (crc != header->crc32) {
        why =
            cat("the CRC-32 of its tables is ", hex(crc), ", the header says ", hex(header->crc32));
        return std::nullopt;
    }
    std::vector<char> names;
    if (!table(*tables, header->objects, out.objects) ||
        !table(*tables, header->slots, out.slots) || !table(*tables, header->fills, out.fills) ||
        !table(*tables, header->tcbs, out.tcbs) || !table(*tables, header->names, names) ||
        !table(*tables, header->consoles, out.consoles) ||
        !table(*tables, header->logs, out.logs) || !table(*tables, header->peers, out.peers) ||
        !table(*tables, header->doorbells, out.doorbells) ||
        !table(*tables, header->bells, out.bells) ||
        !table(*tables, header->domains, out.domains)) {
        why = "one of its tables reaches past its end";
        return std::nullopt;
    }
    out.names.assign(names.begin(), names.end());
    why = check_objects(out);  // the others rely on what it has checked
    if (why.empty()) why = check_fills(out, bytes);
    if (why.empty()) why = check_others(out);
    if (!why.empty()) return std::nullopt;
    return out;
}

}  // namespace mkl::verify
