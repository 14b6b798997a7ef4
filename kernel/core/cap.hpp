// SPDX-License-Identifier: BSD-2-Clause
// Capabilities and the slots that hold them.
//
// A capability is two words. Word 0: type [4:0] (mkl::kapi::CapTag), small fields [19:5], physical
// address of the object divided by 16 [63:20]. Word 1 depends on the type. Objects are named by
// physical address, so that regions compare as numbers; kernel pointers come from ptr().
#pragma once

#include "arch_types.hpp"
#include "config.hpp"
#include "mkl/kapi/types.hpp"

namespace mkl::kernel {

using kapi::CapTag;

/// Physical byte address.
using Phys = uint64_t;

/// Kernel pointer to an object in the node's RAM.
template <class T>
T* ptr(Phys pa) {
    return reinterpret_cast<T*>(pa + arch::window_base());
}
inline Phys phys(const void* p) { return reinterpret_cast<uintptr_t>(p) - arch::window_base(); }

struct Tcb;
struct Endpoint;
struct Notification;
struct Slot;

/// Bits [Shift, Shift + Width) of a word.
template <unsigned Shift, unsigned Width>
struct Bits {
    static constexpr Word mask = (Width == 64 ? ~Word{0} : (Word{1} << Width) - 1) << Shift;
    static constexpr Word get(Word w) { return (w & mask) >> Shift; }
    static constexpr Word of(Word v) { return (v << Shift) & mask; }
    static constexpr void set(Word& w, Word v) { w = (w & ~mask) | of(v); }
};

enum class FrameSize : Word { small = 0, large = 1, huge = 2 };
constexpr unsigned frame_bits(FrameSize s) {
    return s == FrameSize::small ? 12u : s == FrameSize::large ? 21u : 30u;
}

struct Cap {
    Word w0 = 0, w1 = 0;

    using Type = Bits<0, 5>;
    using Address = Bits<20, 44>;

    constexpr CapTag type() const { return static_cast<CapTag>(Type::get(w0)); }
    constexpr bool is(CapTag t) const { return type() == t; }
    constexpr bool null() const { return is(kapi::tag_null); }
    constexpr Phys pa() const { return Address::get(w0) << 4; }
    static constexpr Cap make(CapTag t, Phys pa, Word w1 = 0) {
        return {Type::of(t) | Address::of(pa >> 4), w1};
    }

    // Untyped: w0 size, device, read_only (frames from it get no write right), memory (a device
    // range that is RAM: uncached means normal non-cacheable); w1 free index and zeroing progress.
    using UtSize = Bits<5, 6>;
    using UtDevice = Bits<11, 1>;
    using UtReadOnly = Bits<12, 1>;
    using UtMemory = Bits<13, 1>;
    using UtFree = Bits<0, 44>;     // in units of 16 bytes
    using UtZeroed = Bits<44, 20>;  // in units of 1 << zero_unit_bits()
    static constexpr Cap untyped(Phys pa, unsigned bits, bool device) {
        Cap c = make(kapi::tag_untyped, pa);
        UtSize::set(c.w0, bits);
        UtDevice::set(c.w0, device);
        return c;
    }
    constexpr unsigned ut_bits() const { return static_cast<unsigned>(UtSize::get(w0)); }
    constexpr bool ut_device() const { return UtDevice::get(w0); }
    constexpr bool ut_read_only() const { return UtReadOnly::get(w0); }
    constexpr bool ut_memory() const { return UtMemory::get(w0); }
    /// Bytes from the start that are handed out.
    constexpr Word ut_free() const { return UtFree::get(w1) << 4; }
    constexpr void set_ut_free(Word bytes) { UtFree::set(w1, bytes >> 4); }
    constexpr unsigned zero_unit_bits() const { return ut_bits() > 31 ? ut_bits() - 19 : 12; }
    /// Bytes [ut_free, ut_zeroed) are known to be zero (a preempted retype goes on there).
    constexpr Word ut_zeroed() const { return UtZeroed::get(w1) << zero_unit_bits(); }
    constexpr void set_ut_zeroed(Word bytes) { UtZeroed::set(w1, bytes >> zero_unit_bits()); }

    // Endpoint and notification: w0 rights (kapi::Right), w1 badge.
    using Rights = Bits<5, 4>;
    static constexpr Cap endpoint(Phys pa, Word badge, Word rights) {
        Cap c = make(kapi::tag_endpoint, pa, badge);
        Rights::set(c.w0, rights);
        return c;
    }
    static constexpr Cap notification(Phys pa, Word badge, Word rights) {
        Cap c = make(kapi::tag_notification, pa, badge);
        Rights::set(c.w0, rights);
        return c;
    }
    constexpr Word rights() const { return Rights::get(w0); }
    constexpr bool has(Word right) const { return rights() & right; }
    constexpr Word badge() const { return w1; }

    // CNode: w0 radix and guard size, w1 guard.
    using Radix = Bits<5, 6>;
    using GuardSize = Bits<11, 6>;
    static constexpr Cap cnode(Phys pa, unsigned radix, unsigned guard_size, Word guard) {
        Cap c = make(kapi::tag_cnode, pa, guard);
        Radix::set(c.w0, radix);
        GuardSize::set(c.w0, guard_size);
        return c;
    }
    constexpr unsigned radix() const { return static_cast<unsigned>(Radix::get(w0)); }
    constexpr unsigned guard_size() const { return static_cast<unsigned>(GuardSize::get(w0)); }
    constexpr Word guard() const { return w1; }

    // Thread: nothing but the address. Reply: address of the waiting thread.
    static constexpr Cap thread(Phys pa) { return make(kapi::tag_thread, pa); }
    using ReplyMaster = Bits<5, 1>;
    using ReplyGrant = Bits<6, 1>;
    static constexpr Cap reply(Phys tcb, bool master, bool grant) {
        Cap c = make(kapi::tag_reply, tcb);
        ReplyMaster::set(c.w0, master);
        ReplyGrant::set(c.w0, grant);
        return c;
    }
    constexpr bool reply_master() const { return ReplyMaster::get(w0); }
    constexpr bool reply_grant() const { return ReplyGrant::get(w0); }

    // Zombie: a CNode or TCB whose slots are being emptied; w1 slots left.
    using ZombieTcb = Bits<5, 1>;
    using ZombieRadix = Bits<6, 6>;
    static constexpr Cap zombie(Phys pa, bool tcb, unsigned radix, Word left) {
        Cap c = make(kapi::tag_zombie, pa, left);
        ZombieTcb::set(c.w0, tcb);
        ZombieRadix::set(c.w0, radix);
        return c;
    }
    constexpr bool zombie_tcb() const { return ZombieTcb::get(w0); }
    constexpr unsigned zombie_radix() const { return static_cast<unsigned>(ZombieRadix::get(w0)); }
    constexpr Word zombie_left() const { return w1; }
    Slot* zombie_slots() const { return ptr<Slot>(pa()); }

    // IRQ handler: w1 interrupt id. SGI signal: w1 target [31:0], id [63:32].
    static constexpr Cap irq_handler(Word irq) { return make(kapi::tag_irq_handler, 0, irq); }
    static constexpr Cap sgi_signal(Word id, Word target) {
        return make(kapi::tag_sgi_signal, 0, target | id << 32);
    }
    constexpr Word irq() const { return w1; }
    constexpr Word sgi_target() const { return w1 & 0xffffffff; }
    constexpr Word sgi_id() const { return w1 >> 32; }

    // Frame: w0 size, device, memory, rights; w1 where it is mapped, address space 0: nowhere.
    using FrSize = Bits<5, 2>;
    using FrDevice = Bits<7, 1>;
    using FrMemory = Bits<8, 1>;
    using FrRights = Bits<9, 2>;
    using MapAddress = Bits<0, 48>;
    using MapAsid = Bits<48, 16>;
    static constexpr Cap frame(Phys pa, FrameSize size, bool device, bool memory, Word rights) {
        Cap c = make(kapi::tag_frame, pa);
        FrSize::set(c.w0, static_cast<Word>(size));
        FrDevice::set(c.w0, device);
        FrMemory::set(c.w0, memory);
        FrRights::set(c.w0, rights);
        return c;
    }
    constexpr FrameSize fr_size() const { return static_cast<FrameSize>(FrSize::get(w0)); }
    constexpr unsigned fr_bits() const { return frame_bits(fr_size()); }
    constexpr bool fr_device() const { return FrDevice::get(w0); }
    constexpr bool fr_memory() const { return FrMemory::get(w0); }
    constexpr Word fr_rights() const { return FrRights::get(w0); }

    // Page table, VSpace: w1 address space and address; VSpace without address space: 0.
    static constexpr Cap page_table(Phys pa) { return make(kapi::tag_page_table, pa); }
    static constexpr Cap vspace(Phys pa) { return make(kapi::tag_vspace, pa); }
    constexpr Word asid() const { return MapAsid::get(w1); }
    constexpr Word map_address() const { return MapAddress::get(w1); }
    constexpr bool mapped() const { return asid() != 0; }
    constexpr void set_mapping(Word asid, Word address) {
        w1 = MapAsid::of(asid) | MapAddress::of(address);
    }

    // ASID pool: w1 first address space number it holds.
    static constexpr Cap asid_pool(Phys pa, Word base) {
        return make(kapi::tag_asid_pool, pa, base);
    }
    constexpr Word asid_base() const { return w1; }
};
static_assert(sizeof(Cap) == 16);

/// A place for one capability, linked into the derivation list: preorder of the derivation tree,
/// whose depth follows from `revocable`, `first_badged` and the capabilities (cdt.hpp).
struct Slot {
    Cap cap;
    Slot* prev = nullptr;
    uintptr_t next_and_flags = 0;

    static constexpr uintptr_t flag_revocable = 1, flag_first_badged = 2, flags = 3;

    Slot* next() const { return reinterpret_cast<Slot*>(next_and_flags & ~flags); }
    void set_next(Slot* n) {
        next_and_flags = reinterpret_cast<uintptr_t>(n) | (next_and_flags & flags);
    }
    bool revocable() const { return next_and_flags & flag_revocable; }
    bool first_badged() const { return next_and_flags & flag_first_badged; }
    void set_flags(bool revocable, bool first_badged) {
        next_and_flags = (next_and_flags & ~flags) | (revocable ? flag_revocable : 0) |
                         (first_badged ? flag_first_badged : 0);
    }
    bool empty() const { return cap.null(); }
};
static_assert(sizeof(Slot) == 1u << kapi::slot_bits);

// ---- Questions about capabilities ---------------------------------------------------------------

/// log2 of the object's size; 0 if it has no memory of its own.
unsigned object_bits(Cap cap);
/// `b` names memory or authority inside what `a` names.
bool same_region(Cap a, Cap b);
/// Deleting the last of the capabilities for which this holds ends the object.
bool same_object(Cap a, Cap b);
/// Whether a capability derived from `src` starts a subtree of its own.
bool starts_subtree(Cap derived, Cap src);

/// Rights masked as Copy and Mint do.
Cap mask_rights(Cap cap, Word rights);
/// Badge or guard set as Mint (`preserve` false) and Mutate do; null if that is not allowed.
Cap update_data(Cap cap, Word data, bool preserve);

}  // namespace mkl::kernel
