// SPDX-License-Identifier: BSD-2-Clause
// Contents, address spaces, capabilities and threads, once the objects are there.
#include "mkl/rt/memory.hpp"
#include "mkl/rt/ring.hpp"
#include "mkl/user/abi.hpp"
#include "mkl/user/builder.hpp"
#include "mkl/user/kernel_calls.hpp"
#include "mkl/user/model.hpp"

namespace mkl::user {
namespace {

constexpr unsigned table_index_bits = 9;

/// Address bits below an index of level `level` (0: the root).
unsigned level_shift(unsigned level) {
    return kapi::page_bits + table_index_bits * (paging_levels - 1 - level);
}

}  // namespace

Outcome Builder::fill_frame(uint32_t object) {
    const mkl_spec_object& o = spec_.objects[object];
    if (o.size_bits > kapi::large_page_bits)
        return {"fill a frame of this size", kapi::illegal_operation, object};
    const uint64_t slot = slot_of(object);
    const uint64_t size = uint64_t{1} << o.size_bits;
    void* window = nullptr;
    if (Outcome r = own_.map_window(slot, o.size_bits, window); r.failed()) {
        r.object = object;
        return r;
    }
    auto* to = static_cast<uint8_t*>(window);
    for (const mkl_spec_fill& f : spec_.fills_of(o)) {
        if (f.kind == MKL_FILL_RING) {
            memset(to, 0, size);
            rt::RingWriter::init(to, size);
        } else {
            memcpy(to + f.dest_offset, spec_.bytes(f.data), f.length);
        }
    }
    // Whoever maps it next may do so uncached or executable.
    if (Outcome r = outcome("make its contents visible", kernel::unify_page(slot, size), object);
        r.failed())
        return r;
    return outcome("unmap it from the fill window", kernel::unmap_page(slot), object);
}

Outcome Builder::fill() {
    for (uint32_t i = 0; i < spec_.objects.size; i++) {
        const mkl_spec_object& o = spec_.objects[i];
        if (o.fill_count == 0 || embedded(o)) continue;
        if (Outcome r = fill_frame(i); r.failed()) return r;
    }
    return {};
}

Outcome Builder::map_frame(const mkl_spec_slot& slot, uint64_t vspace, uint64_t vaddr) {
    const mkl_spec_object& frame = spec_.objects[slot.object];
    uint64_t cap = slot_of(slot.object);
    uint8_t& byte = mapped_[slot.object / 8];
    const uint8_t bit = static_cast<uint8_t>(1u << slot.object % 8);
    if ((byte & bit) != 0) {  // a capability maps its frame once
        cap = slots_.take();
        if (cap == 0) return {"find a slot for it", kapi::not_enough_memory, slot.object};
        if (Outcome r =
                outcome("copy it for a second mapping",
                        kernel::copy(slot_of(slot.object), cap, kapi::rights_all), slot.object);
            r.failed())
            return r;
    }
    byte |= bit;
    const bool executable = (slot.rights & kapi::can_grant) != 0;
    const uint64_t attributes = ((slot.flags & MKL_CAP_UNCACHED) != 0 ? map_uncached : map_cached) |
                                (executable ? 0 : map_execute_never);
    const uint64_t rights = slot.rights & (kapi::can_read | kapi::can_write);
    if (Outcome r = outcome("map", kernel::map_page(cap, vspace, vaddr, rights, attributes),
                            slot.object, vaddr);
        r.failed())
        return r;
    if (!executable || !embedded(frame)) return {};
    return outcome("make it executable", kernel::unify_page(cap, MKL_PAGE_SIZE), slot.object);
}

/// Entries of the root or of a table at `level`; depth is bounded, the spec's reader has checked
/// that a table stands one level below its holder.
Outcome Builder::map_slots(const mkl_spec_object& holder, uint64_t vspace, uint64_t base,
                           unsigned level) {
    for (const mkl_spec_slot& slot : spec_.slots_of(holder)) {
        const uint64_t vaddr = base + (uint64_t{slot.slot} << level_shift(level));
        const mkl_spec_object& child = spec_.objects[slot.object];
        if (child.type == MKL_OBJ_FRAME) {
            if (Outcome r = map_frame(slot, vspace, vaddr); r.failed()) return r;
            continue;
        }
        if (level + 1 >= paging_levels)
            return {"map a table below the last level", kapi::illegal_operation, slot.object};
        if (Outcome r =
                outcome("map", kernel::map_table(slot_of(slot.object), vspace, vaddr, map_cached),
                        slot.object, vaddr);
            r.failed())
            return r;
        if (Outcome r = map_slots(child, vspace, vaddr, level + 1); r.failed()) return r;
    }
    return {};
}

Outcome Builder::map() {
    for (uint32_t i = 0; i < spec_.objects.size; i++) {
        if (spec_.objects[i].type != MKL_OBJ_VSPACE) continue;
        if (Outcome r = outcome("assign its ASID",
                                kernel::assign_asid(kapi::slot_asid_pool, slot_of(i)), i);
            r.failed())
            return r;
        if (Outcome r = map_slots(spec_.objects[i], slot_of(i), 0, 0); r.failed()) return r;
    }
    return {};
}

/// `use` gets the capability that an interrupt signals.
template <class Use>
Outcome Builder::with_irq_notification(uint32_t object, Use use) {
    const mkl_spec_object& o = spec_.objects[object];
    if (o.slot_count == 0) return {};
    const mkl_spec_slot& s = spec_.slots[o.first_slot];
    if (Outcome r =
            outcome("mint its notification",
                    kernel::mint(slot_of(s.object), scratch_slot_, s.rights, s.badge), object);
        r.failed())
        return r;
    if (Outcome r = use(scratch_slot_); r.failed()) return r;
    return outcome("delete the minted notification", kernel::remove(scratch_slot_), object);
}

Outcome Builder::connect_irq(uint32_t object) {
    return with_irq_notification(object, [&](uint64_t notification) {
        return outcome("set its notification",
                       kernel::set_irq_notification(slot_of(object), notification), object);
    });
}

Outcome Builder::ring_sgis() {
    for (uint32_t i = 0; i < spec_.objects.size; i++) {
        const mkl_spec_object& o = spec_.objects[i];
        if (o.type != MKL_OBJ_IRQ || !is_sgi(static_cast<uint32_t>(o.extra))) continue;
        if (Outcome r = with_irq_notification(i,
                                              [](uint64_t notification) {
                                                  kernel::signal(notification);
                                                  return Outcome{};
                                              });
            r.failed())
            return r;
    }
    return {};
}

Outcome Builder::fill_cnode(uint32_t object) {
    const mkl_spec_object& o = spec_.objects[object];
    for (const mkl_spec_slot& s : spec_.slots_of(o)) {
        if (spec_.objects[s.object].type == MKL_OBJ_IRQ_CONTROL) {
            // It cannot be copied; the handlers that the root task makes stand already.
            if (Outcome r = outcome(
                    "move it into a CNode",
                    kernel::move_into(slot_of(object), s.slot, o.size_bits, slot_of(s.object)),
                    s.object, s.slot);
                r.failed())
                return r;
            continue;
        }
        const bool cnode = spec_.objects[s.object].type == MKL_OBJ_CNODE;
        const uint64_t badge = cnode ? kapi::cnode_data(s.badge, s.guard_size) : s.badge;
        if (Outcome r = outcome("put it into a CNode",
                                kernel::mint_into(slot_of(object), s.slot, o.size_bits,
                                                  slot_of(s.object), s.rights, badge),
                                s.object, s.slot);
            r.failed())
            return r;
    }
    return {};
}

/// The capability in the thread's own CSpace that its faults go to; nullptr: none.
const mkl_spec_slot* Builder::fault_cap(const mkl_spec_object& thread) const {
    const uint64_t cptr = spec_.tcbs[thread.extra].fault_ep;
    for (const mkl_spec_slot& s : spec_.slots_of(thread)) {
        if (s.slot != MKL_TCB_SLOT_CSPACE || cptr == 0) continue;
        for (const mkl_spec_slot& c : spec_.slots_of(spec_.objects[s.object]))
            if (c.slot == cptr) return &c;
    }
    return nullptr;
}

/// Priorities; on MCS the fault endpoint goes with them, as a capability of ours.
Outcome Builder::schedule_thread(uint32_t object, uint64_t sched_context) {
    const mkl_spec_object& o = spec_.objects[object];
    const mkl_spec_tcb& t = spec_.tcbs[o.extra];
    kernel::Schedule schedule{t.max_priority, t.priority, sched_context, 0};
    const mkl_spec_slot* fault = mcs ? fault_cap(o) : nullptr;
    if (fault != nullptr) {
        if (Outcome r = outcome(
                "mint its fault endpoint",
                kernel::mint(slot_of(fault->object), scratch_slot_, fault->rights, fault->badge),
                object);
            r.failed())
            return r;
        schedule.fault_endpoint = scratch_slot_;
    }
    const Outcome r =
        outcome("set its priority", kernel::schedule(slot_of(object), schedule), object);
    if (fault == nullptr || r.failed()) return r;
    return outcome("delete the minted fault endpoint", kernel::remove(scratch_slot_), object);
}

Outcome Builder::configure_sched_context(uint32_t object) {
    const mkl_spec_object& o = spec_.objects[object];
    return outcome(
        "set its budget",
        kernel::configure_sched_context(sched_control_, slot_of(object), o.extra2, o.extra),
        object);
}

Outcome Builder::configure_thread(uint32_t object) {
    const mkl_spec_object& o = spec_.objects[object];
    const mkl_spec_tcb& t = spec_.tcbs[o.extra];
    const uint64_t tcb = slot_of(object);
    kernel::ThreadSpace space{t.fault_ep, 0, 0, 0, 0, 0};
    uint64_t notification = 0, sched_context = 0;
    for (const mkl_spec_slot& s : spec_.slots_of(o)) {
        switch (s.slot) {
        case MKL_TCB_SLOT_CSPACE: {
            // A guard that fills up to 64 bits, so that a capability pointer is a slot number.
            const uint64_t guard_size =
                s.guard_size != 0 ? s.guard_size : 64u - spec_.objects[s.object].size_bits;
            space.cnode = slot_of(s.object);
            space.cnode_data = kapi::cnode_data(s.badge, guard_size);
            break;
        }
        case MKL_TCB_SLOT_VSPACE:
            space.vspace = slot_of(s.object);
            break;
        case MKL_TCB_SLOT_IPC_BUFFER:
            space.ipc_buffer = t.ipc_buffer;
            space.ipc_frame = slot_of(s.object);
            break;
        case MKL_TCB_SLOT_BOUND_NOTIFICATION:
            notification = slot_of(s.object);
            break;
        case MKL_TCB_SLOT_SC:
            sched_context = slot_of(s.object);
            break;
        default:
            break;
        }
    }
    if (Outcome r = outcome("configure", kernel::configure(tcb, space), object); r.failed())
        return r;
    if (Outcome r = schedule_thread(object, sched_context); r.failed()) return r;
    if (notification != 0) {
        if (Outcome r = outcome("bind its notification",
                                kernel::bind_notification(tcb, notification), object);
            r.failed())
            return r;
    }
    if (t.domain != 0) {
        if (Outcome r = outcome("set its domain", kernel::set_domain(tcb, t.domain), object);
            r.failed())
            return r;
    }
    if ((t.flags & MKL_TCB_FPU_DISABLED) != 0) {
        if (Outcome r = outcome("set its flags",
                                kernel::set_flags(tcb, 0, kapi::tcb_flag_fpu_disabled), object);
            r.failed())
            return r;
    }
    return outcome("write its registers", kernel::write_registers(tcb, t.ip, t.sp, t.args), object);
}

Outcome Builder::connect() {
    for (uint32_t i = 0; mcs && i < spec_.objects.size; i++) {
        if (spec_.objects[i].type != MKL_OBJ_SCHED_CONTEXT) continue;
        if (Outcome r = configure_sched_context(i); r.failed()) return r;
    }
    for (uint32_t i = 0; i < spec_.objects.size; i++) {
        Outcome r;
        switch (spec_.objects[i].type) {
        case MKL_OBJ_CNODE:
            r = fill_cnode(i);
            break;
        case MKL_OBJ_IRQ:
            r = connect_irq(i);
            break;
        case MKL_OBJ_TCB:
            r = configure_thread(i);
            break;
        default:
            break;
        }
        if (r.failed()) return r;
    }
    return schedule_domains();
}

/// From entry 1 on: what runs from entry 0 until then stays as the kernel booted.
Outcome Builder::schedule_domains() {
    for (uint32_t i = 0; i < spec_.domains.size; i++) {
        const mkl_spec_domain& d = spec_.domains[i];
        if (Outcome r =
                outcome("schedule a domain", kernel::configure_domain(i + 1, d.domain, d.ticks),
                        no_object, d.domain);
            r.failed())
            return r;
    }
    if (spec_.domains.size == 0) return {};
    return outcome("start the domain schedule", kernel::start_domains(1));
}

Outcome Builder::start() {
    for (uint32_t i = 0; i < spec_.objects.size; i++) {
        const mkl_spec_object& o = spec_.objects[i];
        if (o.type != MKL_OBJ_TCB || (spec_.tcbs[o.extra].flags & MKL_TCB_RESUME) == 0) continue;
        if (Outcome r = outcome("start", kernel::resume(slot_of(i)), i); r.failed()) return r;
    }
    return {};
}

}  // namespace mkl::user
