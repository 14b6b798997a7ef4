// SPDX-License-Identifier: BSD-2-Clause
// Invocations of frames, page tables and VSpaces; cache maintenance.
#include "cpu.hpp"
#include "paging.hpp"

namespace mkl::kernel::arch {

using namespace kapi;
namespace label = abi::label;

namespace {

enum class CacheOp : Word { clean, invalidate, clean_invalidate, unify };

Status decode_frame(Invocation& in);
Status decode_page_table(Invocation& in);
Status decode_vspace(Invocation& in);
/// On [address, address + size) of address space `asid`, whose pages may be outside the window.
/// Preemptible: then argument 0 of the caller, where it began, has moved to where it goes on.
Status cache_operation(Invocation& in, CacheOp op, Phys root, Word asid, Word address, Word size);

}  // namespace

Status decode(Invocation& in) {
    switch (in.cap.type()) {
    case tag_frame:
        return decode_frame(in);
    case tag_page_table:
        return decode_page_table(in);
    case tag_vspace:
        return decode_vspace(in);
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

namespace {

// ---- Page tables --------------------------------------------------------------------------------

Status map_table(Invocation& in) {
    if (in.length < 2 || !in.extra[0]) return fail(truncated_message);
    if (in.cap.mapped()) return fail(invalid_capability, 0);
    if (!valid_vspace(in.extra[0]->cap)) return fail(invalid_capability, 1);
    const Word address = in.arg(0);
    if (address > abi::user_top) return fail(invalid_argument, 0);
    Phys root = 0;
    Word asid = 0;
    if (const Status s = check_vspace(in.extra[0], root, asid); s != Status::ok) return s;
    const Walk w = walk(root, address);
    if (w.level == 3 || w.entry->is_valid()) return fail(delete_first);
    *w.entry = Entry::table(in.cap.pa());
    dsb_store();
    isb();
    in.slot->cap.set_mapping(asid, address & ~((Word{1} << level_shift(w.level)) - 1));
    return Status::ok;
}

/// Empties the table as well, so that it can be mapped elsewhere.
Status unmap_table_cap(Invocation& in) {
    if (!last_reference(*in.slot)) return fail(revoke_first);
    if (in.cap.mapped()) {
        finalise(in.cap, true);
        __builtin_memset(ptr<void>(in.cap.pa()), 0, size_t{1} << page_table_bits);
    }
    in.slot->cap.set_mapping(0, 0);
    return Status::ok;
}

Status decode_page_table(Invocation& in) {
    switch (in.label) {
    case label::page_table_map:
        return map_table(in);
    case label::page_table_unmap:
        return unmap_table_cap(in);
    default:
        return fail(illegal_operation);
    }
}

// ---- Frames -------------------------------------------------------------------------------------

unsigned level_of(Cap frame) { return 3 - (frame.fr_bits() - page_bits) / 9; }
static_assert((large_page_bits - page_bits) / 9 == 1 && (huge_page_bits - page_bits) / 9 == 2);

Memory memory_of(Cap frame, Word attributes) {
    if (attributes & arm_page_cacheable) return Memory::normal;
    // Shared memory is not a device: unaligned and exclusive accesses may work there.
    return frame.fr_memory() ? Memory::uncached : Memory::device;
}

Word access_flags(Word rights, Word attributes) {
    Word flags = Entry::not_global | Entry::pxn;
    if (rights & can_read) flags |= Entry::ap_user;
    if (!(rights & can_write)) flags |= Entry::ap_read_only;
    if (attributes & arm_execute_never) flags |= Entry::uxn;
    return flags;
}

Status map_frame(Invocation& in) {
    if (in.length < 3 || !in.extra[0]) return fail(truncated_message);
    const Word address = in.arg(0), attributes = in.arg(2);
    const Word rights = mask_rights(in.cap, in.arg(1)).fr_rights();
    Phys root = 0;
    Word asid = 0;
    if (const Status s = check_vspace(in.extra[0], root, asid); s != Status::ok) return s;
    const Word size = Word{1} << in.cap.fr_bits();
    if (address & (size - 1)) return fail(alignment_error);
    if (in.cap.mapped()) {
        if (in.cap.asid() != asid) return fail(invalid_capability, 1);
        if (in.cap.map_address() != address) return fail(invalid_argument, 0);
    } else if (address > abi::user_top || abi::user_top - address < size - 1) {
        return fail(invalid_argument, 0);
    }
    const Walk w = walk(root, address);
    if (w.level != level_of(in.cap) || (w.level < 3 && w.entry->is_table())) {
        const LookupFault fault{missing_capability, level_shift(w.level), 0, 0};
        return fail_lookup(false, fault);
    }
    const bool replaces = w.entry->is_valid();
    const Entry leaf = Entry::leaf(in.cap.pa(), w.level, memory_of(in.cap, attributes),
                                   access_flags(rights, attributes));
    if (replaces && w.entry->word != leaf.word) {
        *w.entry = {};  // break before make
        tlbi_page(asid, address);
    }
    *w.entry = leaf;
    dsb_store();
    isb();
    in.slot->cap.set_mapping(asid, address);
    return Status::ok;
}

/// Clean, invalidate, unify of a part [start, end) of a mapped frame.
Status frame_cache(Invocation& in) {
    if (in.length < 2) return fail(truncated_message);
    if (!in.cap.mapped()) return fail(illegal_operation);
    const Phys root = vspace_of(in.cap.asid());
    if (!root) {
        LookupFault fault;
        fault.type = invalid_root;
        return fail_lookup(false, fault);
    }
    const Word start = in.arg(0), end = in.arg(1);
    if (end <= start) return fail(invalid_argument, 1);
    const Word size = Word{1} << in.cap.fr_bits();
    if (start >= size || end > size) return fail(invalid_argument, 0);
    const auto op = static_cast<CacheOp>(in.label - label::page_clean_data);
    return cache_operation(in, op, root, in.cap.asid(), in.cap.map_address() + start, end - start);
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
    case label::page_clean_data:
    case label::page_invalidate_data:
    case label::page_clean_invalidate_data:
    case label::page_unify_instruction:
        return frame_cache(in);
    case label::page_get_address:
        in.answer(in.cap.pa());
        return Status::ok;
    default:
        return fail(illegal_operation);
    }
}

Status decode_vspace(Invocation& in) {
    if (in.label < label::vspace_clean_data || in.label > label::vspace_unify_instruction)
        return fail(illegal_operation);
    if (in.length < 2) return fail(truncated_message);
    const Word start = in.arg(0), end = in.arg(1);
    if (end <= start) return fail(invalid_argument, 1);
    if (end > abi::user_top) return fail(illegal_operation);
    if (!valid_vspace(in.cap)) return fail(invalid_capability, 0);
    Phys root = 0;
    Word asid = 0;
    if (const Status s = check_vspace(in.slot, root, asid); s != Status::ok) return s;
    const Walk w = walk(root, start);
    if (!w.entry->is_valid()) return Status::ok;  // nothing there to maintain
    const Word last = start | ((Word{1} << level_shift(w.level)) - 1);
    if (end - 1 > last) return fail_range(start, last);
    return cache_operation(in, static_cast<CacheOp>(in.label - label::vspace_clean_data), root,
                           asid, start, end - start);
}

// ---- Caches -------------------------------------------------------------------------------------

constexpr Word cache_piece = 4096;  // between two preemption points

/// [address, end), not more than a piece.
void cache_lines(CacheOp op, bool writable, Word address, Word end) {
    const uint64_t ctr = MKL_READ_SYSREG(ctr_el0);
    const Word data_line = Word{4} << (ctr >> 16 & 15), fetch_line = Word{4} << (ctr & 15);
    for (Word a = address & ~(data_line - 1); a < end; a += data_line) {
        switch (op) {
        case CacheOp::clean:
            asm volatile("dc cvac, %0" ::"r"(a) : "memory");
            break;
        case CacheOp::unify:
            asm volatile("dc cvau, %0" ::"r"(a) : "memory");
            break;
        case CacheOp::invalidate:
            // DC IVAC needs write permission.
            if (writable) {
                asm volatile("dc ivac, %0" ::"r"(a) : "memory");
                break;
            }
            [[fallthrough]];
        case CacheOp::clean_invalidate:
            asm volatile("dc civac, %0" ::"r"(a) : "memory");
            break;
        }
    }
    dsb();
    if (op == CacheOp::unify) {
        for (Word a = address & ~(fetch_line - 1); a < end; a += fetch_line)
            asm volatile("ic ivau, %0" ::"r"(a) : "memory");
        dsb();
    }
}

Status cache_operation(Invocation& in, CacheOp op, Phys root, Word asid, Word address, Word size) {
    // By user address, as the memory may lie outside the kernel's window.
    MKL_WRITE_SYSREG(ttbr0_el1, root | asid << 48);
    isb();
    const bool writable = !(walk(root, address).entry->word & Entry::ap_read_only);
    const Word end = address + size;
    Status status = Status::ok;
    dsb();
    for (Word at = address; at < end;) {
        const Word boundary = (at & ~(cache_piece - 1)) + cache_piece;
        const Word stop = boundary < end ? boundary : end;
        cache_lines(op, writable, at, stop);
        at = stop;
        if (at < end) status = preemption_point();
        if (status != Status::ok) {
            set_message_register(in.caller->context, 0, in.arg(0) + (at - address));
            break;
        }
    }
    reload_root();
    isb();
    return status;
}

}  // namespace
}  // namespace mkl::kernel::arch
