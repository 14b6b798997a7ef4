// SPDX-License-Identifier: BSD-2-Clause
#include "cap.hpp"

#include "arch.hpp"

namespace mkl::kernel {

using namespace kapi;

unsigned object_bits(Cap cap) {
    switch (cap.type()) {
    case tag_untyped:
        return cap.ut_bits();
    case tag_endpoint:
        return endpoint_bits;
    case tag_notification:
        return arch::abi::size_bits::notification;
    case tag_cnode:
        return cap.radix() + slot_bits;
    case tag_zombie:
        return cap.zombie_tcb() ? arch::abi::size_bits::tcb : cap.zombie_radix() + slot_bits;
    case tag_thread:
        return arch::abi::size_bits::tcb;
    case tag_frame:
        return cap.fr_bits();
    case tag_page_table:
        return page_table_bits;
    case tag_vspace:
        return arch::abi::size_bits::vspace;
    case tag_asid_pool:
        return asid_pool_bits;
    default:
        return 0;
    }
}

namespace {

bool contains(Cap outer, Cap inner) {
    const unsigned bits = object_bits(inner);
    if (bits == 0) return false;
    const Word outer_last = outer.pa() + (Word{1} << object_bits(outer)) - 1;
    const Word inner_last = inner.pa() + (Word{1} << bits) - 1;
    return inner.pa() >= outer.pa() && inner_last <= outer_last;
}

}  // namespace

bool same_region(Cap a, Cap b) {
    switch (a.type()) {
    case tag_untyped:
        return contains(a, b);
    case tag_frame:
        return b.is(tag_frame) && contains(a, b);
    case tag_endpoint:
    case tag_notification:
    case tag_thread:
    case tag_reply:
    case tag_page_table:
    case tag_vspace:
    case tag_asid_pool:
        return a.type() == b.type() && a.pa() == b.pa();
    case tag_cnode:
        return b.is(tag_cnode) && a.pa() == b.pa() && a.radix() == b.radix();
    case tag_irq_control:
        return b.is(tag_irq_control) || b.is(tag_irq_handler) || b.is(tag_sgi_signal);
    case tag_irq_handler:
    case tag_sgi_signal:
        return a.type() == b.type() && a.w1 == b.w1;
    case tag_asid_control:
    case tag_domain:
        return a.type() == b.type();
    default:
        return false;  // null, zombie
    }
}

bool same_object(Cap a, Cap b) {
    if (a.is(tag_untyped)) return false;
    if (a.is(tag_irq_control) && !b.is(tag_irq_control)) return false;
    if (a.is(tag_frame) && b.is(tag_frame))
        return a.pa() == b.pa() && a.fr_size() == b.fr_size() && a.fr_device() == b.fr_device();
    return same_region(a, b);
}

bool starts_subtree(Cap derived, Cap src) {
    switch (derived.type()) {
    case tag_endpoint:
    case tag_notification:
        return derived.badge() != src.badge();
    case tag_irq_handler:
    case tag_sgi_signal:
        return src.is(tag_irq_control);
    case tag_untyped:
        return true;
    default:
        return false;
    }
}

Cap mask_rights(Cap cap, Word rights) {
    switch (cap.type()) {
    case tag_endpoint:
        Cap::Rights::set(cap.w0, cap.rights() & rights);
        break;
    case tag_notification:
        Cap::Rights::set(cap.w0, cap.rights() & rights & (can_read | can_write));
        break;
    case tag_reply:
        Cap::ReplyGrant::set(cap.w0, cap.reply_grant() && (rights & can_grant));
        break;
    case tag_frame: {
        // Write without read is no access at all.
        const Word masked = cap.fr_rights() & rights;
        Cap::FrRights::set(cap.w0, masked & can_read ? masked : 0);
        break;
    }
    default:
        break;
    }
    return cap;
}

Cap update_data(Cap cap, Word data, bool preserve) {
    switch (cap.type()) {
    case tag_endpoint:
    case tag_notification:
        if (preserve || cap.badge() != 0) return {};
        cap.w1 = data;
        return cap;
    case tag_cnode: {
        const Word guard_size = data & 0x3f;
        if (guard_size + cap.radix() > word_bits) return {};
        Cap::GuardSize::set(cap.w0, guard_size);
        cap.w1 = data >> 6 & ((Word{1} << guard_size) - 1);
        return cap;
    }
    default:
        return cap;
    }
}

}  // namespace mkl::kernel
