// SPDX-License-Identifier: BSD-2-Clause
// Builds what a CapDL spec says, in the order in which the kernel allows it:
//   place_fixed     frames at fixed addresses, ascending, ours among them
//   create          everything else, by type in runs; interrupt handlers, SGI signals
//   fill            frame contents, through a window or by handing on an image frame
//   map             address spaces, tables before frames
//   connect         interrupts to notifications, capabilities into CNodes, threads configured
//   start           threads run
// Each stops at the first failure and says which object it was about.
#pragma once

#include "mkl/user/own_memory.hpp"
#include "mkl/user/spec.hpp"

namespace mkl::user {

/// Page frames of the initialiser's own image, one cap each, ascending.
struct ImageFrames {
    uint64_t first_slot = 0;
    uint64_t virt = 0;  ///< of the first one
};

class Builder {
public:
    Builder(const Spec& spec, UntypedPool& pool, Slots& slots, OwnSpace& own,
            const ImageFrames& image)
        : spec_{spec}, pool_{pool}, slots_{slots}, own_{own}, image_{image} {}

    /// Also makes the frames of `ranges`, which are ascending.
    Outcome place_fixed(OwnRange* ranges, unsigned count);
    Outcome create();
    Outcome fill();
    Outcome map();
    Outcome connect();
    /// Signals once what SGIs signal: one that came before `connect` was dropped.
    Outcome ring_sgis();
    Outcome start();

    /// Capability of scheduling control, on an MCS kernel.
    void set_sched_control(uint64_t slot) { sched_control_ = slot; }

    /// Slot of the object's original capability: of authority the kernel's own.
    uint64_t slot_of(uint32_t object) const {
        const uint64_t initial = initial_slot(spec_.objects[object].type);
        return initial != 0 ? initial : first_slot_ + object;
    }

private:
    Outcome walk_to(Untyped& from, uint64_t paddr);
    Outcome place(uint64_t paddr, uint64_t type, unsigned bits, uint64_t slot, uint64_t count);
    Outcome place_objects(uint32_t& next, uint64_t limit);
    Outcome place_range(OwnRange& range);
    Outcome create_run(uint32_t first, uint32_t count);
    Outcome create_special(uint32_t object);
    Outcome fill_frame(uint32_t object);
    Outcome map_slots(const mkl_spec_object& holder, uint64_t vspace, uint64_t base,
                      unsigned level);
    Outcome map_frame(const mkl_spec_slot& slot, uint64_t vspace, uint64_t vaddr);
    template <class Use>
    Outcome with_irq_notification(uint32_t object, Use use);
    Outcome connect_irq(uint32_t object);
    /// 0: an object that is made.
    uint64_t initial_slot(uint16_t type) const;
    Outcome fill_cnode(uint32_t object);
    Outcome schedule_domains();
    Outcome configure_thread(uint32_t object);
    Outcome schedule_thread(uint32_t object, uint64_t sched_context);
    Outcome configure_sched_context(uint32_t object);
    const mkl_spec_slot* fault_cap(const mkl_spec_object& thread) const;
    bool embedded(const mkl_spec_object& o) const {
        return o.type == MKL_OBJ_FRAME && o.fill_count == 1 &&
               spec_.fills[o.first_fill].kind == MKL_FILL_EMBED;
    }

    const Spec& spec_;
    UntypedPool& pool_;
    Slots& slots_;
    OwnSpace& own_;
    const ImageFrames& image_;
    uint64_t first_slot_ = 0;
    uint64_t filler_slots_ = 0;  ///< two, used in turn
    uint64_t scratch_slot_ = 0;
    uint64_t sched_control_ = 0;
    uint32_t first_free_ = 0;                    ///< first object without a fixed address
    uint8_t mapped_[spec_max_objects / 8] = {};  ///< the original cap of this frame is mapped
};

}  // namespace mkl::user
