// SPDX-License-Identifier: BSD-2-Clause
// Address spaces: tables, translation, and what happens when their capabilities go away.
#include "vspace.hpp"

#include "paging.hpp"

namespace mkl::kernel::arch {

using namespace kapi;

namespace {

constexpr unsigned pool_entries = 1u << asid_pool_index_bits;
constexpr unsigned pool_count = 1u << num_asid_pools_bits;

/// Pools by the high bits of an address space number; 0: none. A pool is an array of the
/// physical addresses of VSpaces.
Phys asid_pools[pool_count];

Word* asid_entry(Word asid) {
    const Phys pool = asid_pools[asid >> asid_pool_index_bits];
    return pool ? ptr<Word>(pool) + (asid & (pool_entries - 1)) : nullptr;
}

/// A pool went away once. Until then a thread's VSpace capability stands for an address space that
/// exists: one that is copied to a TCB has a number, and the number ends with the last copy.
bool pool_deleted = false;

unsigned frame_level(FrameSize s) {
    return last_level - (s == FrameSize::small ? 0u : s == FrameSize::large ? 1u : 2u);
}

}  // namespace

void set_vm_root(const Tcb& tcb) {
    const Cap cap = tcb.slots[slot_vtable].cap;
    if (valid_vspace(cap) && (!pool_deleted || vspace_of(cap.asid()) == cap.pa())) {
        load_root(cap.pa(), cap.asid());
    } else {
        load_root(empty_user_table(), 0);
    }
}

Phys vspace_of(Word asid) {
    const Word* entry = asid ? asid_entry(asid) : nullptr;
    return entry ? *entry : 0;
}

Walk walk(Phys root, Word address) {
    Entry* table = ptr<Entry>(root);
    for (unsigned level = 0;; level++) {
        Entry& e = table[level_index(address, level)];
        if (level == last_level || !e.is_table()) return {&e, level};
        table = ptr<Entry>(e.pa());
    }
}

namespace {

void unmap_frame(Cap cap) {
    const Phys root = vspace_of(cap.asid());
    if (!root) return;
    const Walk w = walk(root, cap.map_address());
    if (w.level != frame_level(cap.fr_size()) || !w.entry->is_valid() || w.entry->pa() != cap.pa())
        return;
    *w.entry = {};
    tlbi_page(cap.asid(), cap.map_address());
}

void unmap_table(Cap cap) {
    const Phys root = vspace_of(cap.asid());
    if (!root) return;
    Entry* table = ptr<Entry>(root);
    for (unsigned level = 0; level < last_level; level++) {
        Entry& e = table[level_index(cap.map_address(), level)];
        if (!e.is_table()) return;
        if (e.pa() == cap.pa()) {
            e = {};
            tlbi_asid(cap.asid());
            return;
        }
        table = ptr<Entry>(e.pa());
    }
}

void forget_vspace(Cap cap) {
    Word* entry = asid_entry(cap.asid());
    if (!entry || *entry != cap.pa()) return;
    *entry = 0;
    tlbi_asid(cap.asid());
    refresh_vm(mkl::kernel::kernel.current);
}

void forget_pool(Cap cap) {
    Phys& pool = asid_pools[cap.asid_base() >> asid_pool_index_bits];
    if (pool != cap.pa()) return;
    pool = 0;
    pool_deleted = true;
    tlbi_all();
    refresh_vm(mkl::kernel::kernel.current);
}

}  // namespace

void finalise(Cap cap, bool final) {
    switch (cap.type()) {
    case tag_frame:
        // A frame's mapping belongs to this capability alone.
        if (cap.mapped()) unmap_frame(cap);
        break;
    case tag_page_table:
    case tag_vspace:
        // Where a VSpace is a page table (RISC-V), being the root tells it.
        if (!final || !cap.mapped()) break;
        if (vspace_of(cap.asid()) == cap.pa()) {
            forget_vspace(cap);
        } else if (cap.is(tag_page_table)) {
            unmap_table(cap);
        }
        break;
    case tag_asid_pool:
        if (final) forget_pool(cap);
        break;
    default:
        break;
    }
}

Status derive(Cap& cap) {
    if (cap.is(tag_frame)) {
        cap.set_mapping(0, 0);
    } else if ((cap.is(tag_page_table) || cap.is(tag_vspace)) && !cap.mapped()) {
        return fail(illegal_operation);
    }
    return Status::ok;
}

namespace {

/// Size of the frame that an object type makes; false: no frame.
bool frame_size(Word type, FrameSize& size) {
    switch (type) {
    case abi::object::small_page:
        size = FrameSize::small;
        return true;
    case abi::object::large_page:
        size = FrameSize::large;
        return true;
    case abi::object::huge_page:
        size = FrameSize::huge;
        return true;
    default:
        return false;
    }
}

}  // namespace

unsigned arch_object_bits(Word type) {
    FrameSize size{};
    if (frame_size(type, size)) return frame_bits(size);
    return type == abi::object::page_table ? page_table_bits : abi::size_bits::vspace;
}

bool is_frame_type(Word type) {
    FrameSize size{};
    return frame_size(type, size);
}

Cap make_arch_object(Word type, Phys pa, Cap untyped) {
    FrameSize size{};
    if (frame_size(type, size)) {
        const Word rights = untyped.ut_read_only() ? Word{can_read} : can_read | can_write;
        return Cap::frame(pa, size, untyped.ut_device(), untyped.ut_memory(), rights);
    }
    publish_tables();
    return type == abi::object::page_table ? Cap::page_table(pa) : make_vspace(pa);
}

bool valid_vspace(Cap cap) { return cap.is(vspace_tag) && cap.mapped(); }

bool valid_ipc_buffer(Cap cap) { return cap.is(tag_frame) && !cap.fr_device(); }

Status check_vspace(const Slot* slot, Phys& root, Word& asid) {
    if (!slot || !valid_vspace(slot->cap)) return fail(invalid_capability, 1);
    root = slot->cap.pa();
    asid = slot->cap.asid();
    const Phys now = vspace_of(asid);
    if (!now) {
        LookupFault fault;
        fault.type = invalid_root;
        return fail_lookup(false, fault);
    }
    return now == root ? Status::ok : fail(invalid_capability, 1);
}

// ---- Address space numbers ----------------------------------------------------------------------

Status decode_asid_control(Invocation& in) {
    if (in.label != abi::label::asid_control_make_pool) return fail(illegal_operation);
    if (in.length < 2 || !in.extra[0] || !in.extra[1]) return fail(truncated_message);
    unsigned free = 0;
    while (free < pool_count && asid_pools[free]) free++;
    if (free == pool_count) return fail(delete_first);
    Slot& untyped = *in.extra[0];
    if (!untyped.cap.is(tag_untyped) || untyped.cap.ut_bits() != asid_pool_bits ||
        untyped.cap.ut_device()) {
        return fail(invalid_capability, 1);
    }
    if (const Status s = ensure_no_children(untyped); s != Status::ok) return s;
    Slot* dest = nullptr;
    if (const Status s = lookup_target(false, in.extra[1]->cap, in.arg(0), in.arg(1), dest);
        s != Status::ok) {
        return s;
    }
    if (const Status s = ensure_empty(*dest); s != Status::ok) return s;
    const Phys pool = untyped.cap.pa();
    __builtin_memset(ptr<void>(pool), 0, size_t{1} << asid_pool_bits);
    untyped.cap.set_ut_free(Word{1} << asid_pool_bits);
    insert_child(untyped, *dest, Cap::asid_pool(pool, Word{free} << asid_pool_index_bits));
    asid_pools[free] = pool;
    return Status::ok;
}

Status decode_asid_pool(Invocation& in) {
    if (in.label != abi::label::asid_pool_assign) return fail(illegal_operation);
    if (!in.extra[0]) return fail(truncated_message);
    Slot& vspace = *in.extra[0];
    if (!vspace.cap.is(vspace_tag) || vspace.cap.mapped()) return fail(invalid_capability, 1);
    const Word base = in.cap.asid_base();
    const Phys pool = asid_pools[base >> asid_pool_index_bits];
    if (!pool) {
        LookupFault fault;
        fault.type = invalid_root;
        return fail_lookup(false, fault);
    }
    if (pool != in.cap.pa()) return fail(invalid_capability, 0);
    Word* entries = ptr<Word>(pool);
    // Number 0 means "not mapped" everywhere.
    for (Word i = base == 0 ? 1 : 0; i < pool_entries; i++) {
        if (entries[i]) continue;
        entries[i] = vspace.cap.pa();
        init_vspace(vspace.cap.pa());
        vspace.cap.set_mapping(base + i, 0);
        return Status::ok;
    }
    return fail(delete_first);
}

// ---- Root task ----------------------------------------------------------------------------------

namespace {

/// Tables of `level` (1..last_level) that [first, last) needs.
unsigned tables_at(unsigned level, Word first, Word last) {
    const unsigned shift = level_shift(level - 1);
    return static_cast<unsigned>(((last - 1) >> shift) - (first >> shift) + 1);
}

}  // namespace

unsigned root_tables_needed(Word first, Word last) {
    unsigned n = 0;
    for (unsigned level = 1; level <= last_level; level++) n += tables_at(level, first, last);
    return n;
}

Cap map_root_table(Cap vspace, Phys table, Word first, Word last, unsigned index) {
    unsigned level = 1;
    while (index >= tables_at(level, first, last)) index -= tables_at(level++, first, last);
    const unsigned shift = level_shift(level - 1);
    const Word address = ((first >> shift) + index) << shift;
    *walk(vspace.pa(), address).entry = Entry::table(table);
    Cap cap = Cap::page_table(table);
    cap.set_mapping(root_asid, address);
    return cap;
}

Cap map_root_frame(Cap vspace, Phys frame, Word address) {
    *walk(vspace.pa(), address).entry = user_page(frame);
    Cap cap = Cap::frame(frame, FrameSize::small, false, false, can_read | can_write);
    cap.set_mapping(root_asid, address);
    return cap;
}

Cap root_vspace(Phys pa) { return make_vspace(pa); }

void assign_root_asid(Cap& vspace, Cap pool) {
    asid_pools[0] = pool.pa();
    ptr<Word>(pool.pa())[root_asid] = vspace.pa();
    init_vspace(vspace.pa());
    vspace.set_mapping(root_asid, 0);
}

}  // namespace mkl::kernel::arch
