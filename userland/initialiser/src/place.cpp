// SPDX-License-Identifier: BSD-2-Clause
// Objects: frames at fixed addresses by walking untypeds, everything else in runs.
#include "mkl/user/abi.hpp"
#include "mkl/user/builder.hpp"
#include "mkl/user/kernel_calls.hpp"
#include "mkl/user/model.hpp"

namespace mkl::user {
namespace {

uint64_t kernel_type(const mkl_spec_object& o) {
    switch (o.type) {
    case MKL_OBJ_ENDPOINT:
        return abi::object::endpoint;
    case MKL_OBJ_NOTIFICATION:
        return abi::object::notification;
    case MKL_OBJ_CNODE:
        return abi::object::cnode;
    case MKL_OBJ_TCB:
        return abi::object::tcb;
    case MKL_OBJ_VSPACE:
        return abi::object::vspace;
    case MKL_OBJ_PAGE_TABLE:
        return abi::object::page_table;
    case MKL_OBJ_SCHED_CONTEXT:
        return sched_context_type;
    case MKL_OBJ_REPLY:
        return reply_type;
    case MKL_OBJ_FRAME:
        return o.size_bits == kapi::page_bits         ? abi::object::small_page
               : o.size_bits == kapi::large_page_bits ? abi::object::large_page
                                                      : abi::object::huge_page;
    default:
        return abi::object::untyped;
    }
}

/// log2 of the bytes it takes from an untyped.
unsigned object_bits(const mkl_spec_object& o) {
    switch (o.type) {
    case MKL_OBJ_ENDPOINT:
        return kapi::endpoint_bits;
    case MKL_OBJ_NOTIFICATION:
        return abi::size_bits::notification;
    case MKL_OBJ_CNODE:
        return o.size_bits + kapi::slot_bits;
    case MKL_OBJ_TCB:
        return abi::size_bits::tcb;
    case MKL_OBJ_VSPACE:
        return abi::size_bits::vspace;
    case MKL_OBJ_PAGE_TABLE:
        return kapi::page_table_bits;
    case MKL_OBJ_REPLY:
        return kapi::reply_bits;
    default:
        return o.size_bits;
    }
}

/// size_bits argument of Retype: radix of a CNode, bytes of an untyped, ignored otherwise.
uint64_t size_argument(const mkl_spec_object& o) { return o.size_bits; }

/// Slots of the root CNode kept for the initialiser's own pages and tables.
constexpr uint64_t own_slots = 256;

bool is_control(const mkl_spec_object& o) {
    return o.type >= MKL_OBJ_IRQ_CONTROL && o.type <= MKL_OBJ_SMC;
}

bool from_untyped(const mkl_spec_object& o) {
    if (o.type == MKL_OBJ_SCHED_CONTEXT || o.type == MKL_OBJ_REPLY) return mcs;
    return o.type >= MKL_OBJ_ENDPOINT && o.type <= MKL_OBJ_PAGE_TABLE;
}

}  // namespace

uint64_t Builder::initial_slot(uint16_t type) const {
    switch (type) {
    case MKL_OBJ_IRQ_CONTROL:
        return kapi::slot_irq_control;
    case MKL_OBJ_ASID_CONTROL:
        return kapi::slot_asid_control;
    case MKL_OBJ_DOMAIN:
        return kapi::slot_domain;
    case MKL_OBJ_SCHED_CONTROL:
        return sched_control_;
    case MKL_OBJ_SMC:
        return kapi::slot_smc;
    default:
        return 0;
    }
}

Outcome Builder::walk_to(Untyped& from, uint64_t paddr) {
    // Two slots in turn: the untyped's watermark would fall back if no child of it were left.
    unsigned turn = 0;
    bool used[2] = {};
    while (const unsigned bits = UntypedPool::filler_bits(from, paddr)) {
        const uint64_t slot = filler_slots_ + turn;
        if (used[turn]) {
            if (Outcome o = outcome("delete a filler", kernel::remove(slot)); o.failed()) return o;
        }
        if (Outcome o = outcome("make a filler",
                                kernel::retype(from.cap, abi::object::untyped, bits, slot, 1),
                                no_object, from.base + from.used);
            o.failed())
            return o;
        UntypedPool::take(from, bits, 1);
        used[turn] = true;
        turn ^= 1;
    }
    return {};
}

Outcome Builder::place(uint64_t paddr, uint64_t type, unsigned bits, uint64_t slot,
                       uint64_t count) {
    Untyped* from = pool_.containing(paddr, count << bits);
    if (from == nullptr)
        return {"find untyped memory at its address", kapi::not_enough_memory, no_object, paddr};
    if (Outcome o = walk_to(*from, paddr); o.failed()) return o;
    if (Outcome o =
            outcome("make", kernel::retype(from->cap, type, bits, slot, count), no_object, paddr);
        o.failed())
        return o;
    UntypedPool::take(*from, bits, count);
    // The new objects hold the watermark now. A filler slot that was not used is empty already.
    kernel::remove(filler_slots_);
    kernel::remove(filler_slots_ + 1);
    return {};
}

/// Objects below `limit`, those that follow one another in physical memory in one call.
Outcome Builder::place_objects(uint32_t& next, uint64_t limit) {
    while (next < spec_.objects.size && spec_.objects[next].paddr < limit) {
        const mkl_spec_object& first = spec_.objects[next];
        const uint64_t size = uint64_t{1} << first.size_bits;
        uint32_t count = 1;
        while (count < kapi::retype_max_objects && next + count < spec_.objects.size) {
            const mkl_spec_object& o = spec_.objects[next + count];
            const uint64_t paddr = first.paddr + count * size;
            if (o.type != first.type || o.size_bits != first.size_bits || o.paddr != paddr ||
                paddr >= limit || pool_.containing(first.paddr, (count + 1) * size) == nullptr)
                break;
            count++;
        }
        Outcome o = place(first.paddr, kernel_type(first), first.size_bits, slot_of(next), count);
        if (o.failed()) {
            o.object = next;
            return o;
        }
        next += count;
    }
    return {};
}

Outcome Builder::place_range(OwnRange& range) {
    range.first_slot = slots_.take(range.pages);
    if (range.first_slot == 0) return {"find slots for its own pages", kapi::not_enough_memory};
    for (uint64_t done = 0; done < range.pages;) {
        const uint64_t paddr = range.base + done * MKL_PAGE_SIZE;
        uint64_t count = range.pages - done;
        while (count > 1 && pool_.containing(paddr, count * MKL_PAGE_SIZE) == nullptr) count--;
        if (Outcome o = place(paddr, abi::object::small_page, kapi::page_bits,
                              range.first_slot + done, count);
            o.failed()) {
            range.first_slot = 0;
            return o;
        }
        done += count;
    }
    return {};
}

Outcome Builder::place_fixed(OwnRange* ranges, unsigned count) {
    // Our own slots first: what fails of the spec does not keep us from our own console.
    filler_slots_ = slots_.take(2);
    scratch_slot_ = slots_.take();
    if (filler_slots_ == 0 || scratch_slot_ == 0)
        return {"find slots for its own work", kapi::not_enough_memory};
    Outcome first_failure;
    if (slots_.left() >= spec_.objects.size + own_slots)
        first_slot_ = slots_.take(spec_.objects.size);
    else
        first_failure = {"find a slot for each object", kapi::not_enough_memory, no_object,
                         spec_.objects.size};
    // Both lists ascend.
    uint32_t next = 0;
    for (unsigned i = 0; i < count; i++) {
        if (!first_failure.failed()) first_failure = place_objects(next, ranges[i].base);
        const Outcome o = place_range(ranges[i]);
        if (!first_failure.failed()) first_failure = o;
    }
    if (!first_failure.failed()) first_failure = place_objects(next, MKL_SPEC_NO_PADDR);
    first_free_ = next;
    return first_failure;
}

/// `count` objects of one kind from `first` on.
Outcome Builder::create_run(uint32_t first, uint32_t count) {
    const mkl_spec_object& o = spec_.objects[first];
    const unsigned bits = object_bits(o);
    while (count > 0) {
        Untyped* from = pool_.best_fit(bits);
        if (from == nullptr) return {"find memory for it", kapi::not_enough_memory, first};
        uint64_t batch = UntypedPool::room(*from, bits);
        if (batch > count) batch = count;
        if (batch > kapi::retype_max_objects) batch = kapi::retype_max_objects;
        if (Outcome r = outcome(
                "make",
                kernel::retype(from->cap, kernel_type(o), size_argument(o), slot_of(first), batch),
                first);
            r.failed())
            return r;
        UntypedPool::take(*from, bits, batch);
        first += static_cast<uint32_t>(batch);
        count -= static_cast<uint32_t>(batch);
    }
    return {};
}

Outcome Builder::create_special(uint32_t object) {
    const mkl_spec_object& o = spec_.objects[object];
    const uint64_t slot = slot_of(object);
    switch (o.type) {
    case MKL_OBJ_FRAME: {  // embedded: a second capability to our own image's page
        const mkl_spec_fill& f = spec_.fills[o.first_fill];
        const uint64_t vaddr = reinterpret_cast<uintptr_t>(spec_.bytes(f.data));
        const uint64_t page = (vaddr - image_.virt) / MKL_PAGE_SIZE;
        return outcome("copy its image frame",
                       kernel::copy(image_.first_slot + page, slot, kapi::rights_all), object);
    }
    case MKL_OBJ_IRQ:
        return outcome("make its interrupt handler",
                       kernel::make_irq_handler(o.extra & ~0u, o.extra >> 32, slot), object);
    case MKL_OBJ_SGI_SIGNAL:
        return outcome("make its SGI signal",
                       kernel::make_sgi_signal(o.extra & ~0u, o.extra >> 32, slot), object);
    default:
        return {"make an object of its type", kapi::illegal_operation, object, o.type};
    }
}

Outcome Builder::create() {
    for (uint32_t i = first_free_; i < spec_.objects.size;) {
        const mkl_spec_object& o = spec_.objects[i];
        if (is_control(o)) {
            i++;
            continue;
        }
        if ((!from_untyped(o) && o.type != MKL_OBJ_UNTYPED) || embedded(o)) {
            if (Outcome r = create_special(i); r.failed()) return r;
            i++;
            continue;
        }
        uint32_t count = 1;
        while (i + count < spec_.objects.size) {
            const mkl_spec_object& next = spec_.objects[i + count];
            if (next.type != o.type || next.size_bits != o.size_bits || embedded(next)) break;
            count++;
        }
        if (Outcome r = create_run(i, count); r.failed()) return r;
        i += count;
    }
    return {};
}

}  // namespace mkl::user
