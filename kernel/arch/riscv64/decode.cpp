// SPDX-License-Identifier: BSD-2-Clause
// Invocations of frames and page tables. RISC-V has no cache maintenance calls.
#include "cpu.hpp"
#include "paging.hpp"

namespace mkl::kernel::arch {

using namespace kapi;
namespace label = abi::label;

namespace {

unsigned level_of(Cap frame) { return last_level - (frame.fr_bits() - page_bits) / 9; }

Status map_table(Invocation& in) {
    if (in.length < 2 || !in.extra[0]) return fail(truncated_message);
    if (in.cap.mapped()) return fail(invalid_capability, 0);
    if (!valid_vspace(in.extra[0]->cap)) return fail(invalid_capability, 1);
    const Word address = in.arg(0);
    if (address >= abi::user_top) return fail(invalid_argument, 0);
    Phys root = 0;
    Word asid = 0;
    if (const Status s = check_vspace(in.extra[0], root, asid); s != Status::ok) return s;
    const Walk w = walk(root, address);
    if (w.level == last_level || w.entry->is_valid()) return fail(delete_first);
    *w.entry = Entry::table(in.cap.pa());
    fence_vma();
    in.slot->cap.set_mapping(asid, address & ~((Word{1} << level_shift(w.level)) - 1));
    return Status::ok;
}

Status unmap_table(Invocation& in) {
    if (!last_reference(*in.slot)) return fail(revoke_first);
    if (in.cap.mapped()) {
        // The root of an address space is not mapped anywhere.
        if (vspace_of(in.cap.asid()) == in.cap.pa()) return fail(revoke_first);
        finalise(in.cap, true);
        __builtin_memset(ptr<void>(in.cap.pa()), 0, size_t{1} << page_table_bits);
    }
    in.slot->cap.set_mapping(0, 0);
    return Status::ok;
}

uint64_t access_flags(Word rights, Word attributes) {
    uint64_t flags = Entry::user;
    if (rights & can_read) flags |= Entry::read;
    if ((rights & can_read) && (rights & can_write)) flags |= Entry::write;
    if ((rights & can_read) && !(attributes & riscv_execute_never)) flags |= Entry::execute;
    return flags;
}

Status map_frame(Invocation& in) {
    if (in.length < 3 || !in.extra[0]) return fail(truncated_message);
    const Word address = in.arg(0);
    const Word rights = mask_rights(in.cap, in.arg(1)).fr_rights();
    Phys root = 0;
    Word asid = 0;
    if (const Status s = check_vspace(in.extra[0], root, asid); s != Status::ok) return s;
    const Word size = Word{1} << in.cap.fr_bits();
    if (address & (size - 1)) return fail(alignment_error);
    if (address >= abi::user_top || abi::user_top - address < size)
        return fail(invalid_argument, 0);
    const Walk w = walk(root, address);
    if (w.level != level_of(in.cap) || w.entry->is_table()) {
        const LookupFault fault{missing_capability, level_shift(w.level), 0, 0};
        return fail_lookup(false, fault);
    }
    if (in.cap.mapped()) {
        if (in.cap.asid() != asid) return fail(invalid_capability, 1);
        if (in.cap.map_address() != address) return fail(invalid_argument, 0);
    } else if (w.entry->is_valid()) {
        return fail(delete_first);
    }
    // An entry without read, write or execute would be a table: no rights means not valid.
    const uint64_t flags = access_flags(rights, in.arg(2));
    *w.entry = flags & Entry::leaf_bits ? Entry::leaf(in.cap.pa(), flags) : Entry{};
    tlbi_page(asid, address);
    in.slot->cap.set_mapping(asid, address);
    return Status::ok;
}

Status decode_frame(Invocation& in) {
    switch (in.label) {
    case label::page_map:
        return map_frame(in);
    case label::page_unmap:
        if (in.cap.mapped()) {
            finalise(in.cap, false);
            in.slot->cap.set_mapping(0, 0);
        }
        return Status::ok;
    case label::page_get_address:
        in.answer(in.cap.pa());
        return Status::ok;
    default:
        return fail(illegal_operation);
    }
}

}  // namespace

Status decode(Invocation& in) {
    switch (in.cap.type()) {
    case tag_frame:
        return decode_frame(in);
    case tag_page_table:
        if (in.label == label::page_table_map) return map_table(in);
        if (in.label == label::page_table_unmap) return unmap_table(in);
        return fail(illegal_operation);
    case tag_asid_control:
        return decode_asid_control(in);
    case tag_asid_pool:
        return decode_asid_pool(in);
    case tag_sgi_signal:
        send_sgi(in.cap.sgi_id(), in.cap.sgi_target());
        return Status::ok;
    default:
        return fail(invalid_capability, 0);
    }
}

}  // namespace mkl::kernel::arch
