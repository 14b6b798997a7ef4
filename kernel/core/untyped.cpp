// SPDX-License-Identifier: BSD-2-Clause
// Untyped_Retype: the only place where memory becomes objects.
//
// An untyped hands out memory from its start upwards; `ut_free` is the watermark, and starts
// again when no child is left. Memory is cleared when it is handed out, never earlier; how far
// clearing got is kept in the capability, so that a preempted retype goes on where it was.
#include "kernel.hpp"

namespace mkl::kernel {

using namespace kapi;
namespace object = arch::abi::object;

namespace {

/// log2 of the size of one object; 0 if `type` or `size` is not possible.
unsigned new_object_bits(Word type, Word size) {
    switch (type) {
    case object::untyped:
        return static_cast<unsigned>(size);
    case object::tcb:
        return arch::abi::size_bits::tcb;
    case object::endpoint:
        return endpoint_bits;
    case object::notification:
        return arch::abi::size_bits::notification;
    case object::cnode:
        return static_cast<unsigned>(size) + slot_bits;
    default:
        return arch::arch_object_bits(type);
    }
}

Cap make_object(Word type, Word size, Phys pa, Cap untyped) {
    switch (type) {
    case object::untyped: {
        Cap c = Cap::untyped(pa, static_cast<unsigned>(size), untyped.ut_device());
        Cap::UtReadOnly::set(c.w0, untyped.ut_read_only());
        Cap::UtMemory::set(c.w0, untyped.ut_memory());
        return c;
    }
    case object::tcb: {
        Tcb& t = *ptr<Tcb>(pa);
        arch::init_context(t.context);
        t.slice = ticks_per_slice;
        t.domain = kernel.current ? kernel.current->domain : 0;
        return Cap::thread(pa);
    }
    case object::endpoint:
        return Cap::endpoint(pa, 0, can_read | can_write | can_grant | can_grant_reply);
    case object::notification:
        return Cap::notification(pa, 0, can_read | can_write);
    case object::cnode:
        return Cap::cnode(pa, static_cast<unsigned>(size), 0, 0);
    default:
        return arch::make_arch_object(type, pa, untyped);
    }
}

struct Request {
    Word type, size, offset, count;
    unsigned bits;  // log2 of one object
    Cap node;       // destination CNode
};

Status decode(Invocation& in, Request& r) {
    if (in.label != arch::abi::label::untyped_retype) return fail(illegal_operation);
    if (in.length < 6 || !in.extra[0]) return fail(truncated_message);
    r.type = in.arg(0);
    r.size = in.arg(1);
    const Word index = in.arg(2), depth = in.arg(3);
    r.offset = in.arg(4);
    r.count = in.arg(5);

    if (r.type >= object::type_count) return fail(invalid_argument, 0);
    if (r.size >= word_bits) return fail_range(0, arch::abi::size_bits::max_untyped);
    r.bits = new_object_bits(r.type, r.size);
    if (r.bits > arch::abi::size_bits::max_untyped)
        return fail_range(0, arch::abi::size_bits::max_untyped);
    if (r.type == object::cnode && r.size == 0) return fail(invalid_argument, 1);
    if (r.type == object::untyped && r.size < min_untyped_bits) return fail(invalid_argument, 1);

    if (depth == 0) {
        r.node = in.extra[0]->cap;
    } else {
        Slot* slot = nullptr;
        if (const Status s = lookup_target(false, in.extra[0]->cap, index, depth, slot);
            s != Status::ok) {
            return s;
        }
        r.node = slot->cap;
    }
    if (!r.node.is(tag_cnode)) {
        const LookupFault fault{missing_capability, static_cast<unsigned>(depth), 0, 0};
        return fail_lookup(false, fault);
    }
    const Word node_size = Word{1} << r.node.radix();
    if (r.offset > node_size - 1) return fail_range(0, node_size - 1);
    if (r.count < 1 || r.count > retype_max_objects) return fail_range(1, retype_max_objects);
    if (r.count > node_size - r.offset) return fail_range(1, node_size - r.offset);
    for (Word i = 0; i < r.count; i++) {
        if (const Status s = ensure_empty(ptr<Slot>(r.node.pa())[r.offset + i]); s != Status::ok)
            return s;
    }
    return Status::ok;
}

/// Clears [from, to) of the untyped in `slot`, remembering how far it got. One unit at a time.
Status clear(Slot& slot, Word from, Word to) {
    const unsigned unit_bits = slot.cap.zero_unit_bits();
    const Word unit = Word{1} << unit_bits;
    Word at = slot.cap.ut_zeroed() > from ? slot.cap.ut_zeroed() : from;
    while (at < to) {
        // Stop at unit boundaries, since only those can be remembered.
        const Word boundary = ((at >> unit_bits) + 1) << unit_bits;
        const Word stop = boundary < to ? boundary : to;
        __builtin_memset(ptr<void>(slot.cap.pa() + at), 0, stop - at);
        at = stop;
        if (at < boundary) break;
        slot.cap.set_ut_zeroed(at);
        if (at >= to) break;
        kernel.work += static_cast<unsigned>(unit / 4096);
        if (const Status s = preemption_point(); s != Status::ok) return s;
    }
    return Status::ok;
}

}  // namespace

Status invoke_untyped(Invocation& in) {
    Request r{};
    if (const Status s = decode(in, r); s != Status::ok) return s;
    Slot& slot = *in.slot;
    const bool reset = !has_children(slot);
    const Word free = reset ? 0 : slot.cap.ut_free();
    const Word total = Word{1} << slot.cap.ut_bits();
    if ((total - free) >> r.bits < r.count) return fail(not_enough_memory, total - free);
    const bool device = slot.cap.ut_device();
    if (device && r.type != object::untyped && !arch::is_frame_type(r.type))
        return fail(invalid_argument, 1);

    if (reset && slot.cap.ut_free() != 0) {
        // Former children have written here.
        slot.cap.set_ut_free(0);
        slot.cap.set_ut_zeroed(0);
    }
    const Word size = Word{1} << r.bits;
    const Word start = (free + size - 1) & ~(size - 1);
    const Word end = start + r.count * size;
    if (!device && r.type != object::untyped) {
        if (const Status s = clear(slot, start, end); s != Status::ok) return s;
    }
    slot.cap.set_ut_free(end);
    for (Word i = 0; i < r.count; i++) {
        Slot& dest = ptr<Slot>(r.node.pa())[r.offset + i];
        insert_child(slot, dest,
                     make_object(r.type, r.size, slot.cap.pa() + start + i * size, slot.cap));
    }
    return Status::ok;
}

}  // namespace mkl::kernel
