// SPDX-License-Identifier: BSD-2-Clause
#include "peer.hpp"

namespace suite {

namespace {

Heartbeat* peer;
Word signal_cap;
mkl_rec_sgi_send signal_to;
constexpr Word patience = 20'000'000;  // looks, until the other node counts as stopped

/// Waits until `value` is above `before`.
bool rises(const volatile Word& value, Word before) {
    for (Word i = 0; i < patience; i++)
        if (value > before) return true;
    return false;
}

}  // namespace

bool own_record(mkl::rt::BootRecord& record) {
    const auto* at = reinterpret_cast<const uint8_t*>(info) + 0x1000;
    const auto* end = at + info->extra_len;
    while (at + sizeof(BootInfoHeader) <= end) {
        BootInfoHeader copy;
        __builtin_memcpy(&copy, at, sizeof copy);
        const BootInfoHeader* h = &copy;
        if (h->id == MKL_BOOTINFO_ID_BOOT_RECORD) {
            return mkl::rt::open_boot_record(at + sizeof *h, h->len - sizeof *h, record_arch,
                                             record)
                       .error == mkl::rt::RecordError::none;
        }
        if (h->len < sizeof *h) return false;
        at += h->len;
    }
    return false;
}

Heartbeat* map_heartbeat(const mkl::rt::BootRecord& record) {
    if (!record.shared.size) return nullptr;
    const Word address = kept_address + 0x1000;
    for (Word i = 0; i < info->untyped.end - info->untyped.start; i++) {
        if (info->untyped_list[i].paddr != record.shared[0].base) continue;
        const Word frame = kept_slot();
        if (retype(info->untyped.start + i, object::small_page, 0, frame) != no_error ||
            invoke(frame, label::page_map, caps(slot_vspace), address, rights_all, Word{0})
                    .error() != no_error) {
            return nullptr;
        }
        return reinterpret_cast<Heartbeat*>(address);
    }
    return nullptr;
}

Word signal_handler(const mkl::rt::BootRecord& record, Word notification) {
    const Word handler = slot();
    CHECK_EQ(invoke(slot_irq_control, label::irq_issue_handler, caps(root),
                    record.sgi_receive[0].id, handler, depth)
                 .error(),
             no_error);
    CHECK_EQ(invoke(handler, label::irq_set_handler, caps(notification)).error(), no_error);
    return handler;
}

void find_peer() {
    static mkl::rt::BootRecord record;
    // One node alone signals itself.
    if (!own_record(record) || !record.sgi_send.size) return;
    if (record.node->id == 0 && record.sgi_send[0].target == 0) return;
    peer = map_heartbeat(record);
    signal_cap = kept_slot();
    signal_to = record.sgi_send[0];
}

bool peer_is_alive() {
    if (!peer) return true;
    const Word beats = peer->beats, answers = peer->answers;
    // Made anew: whoever revoked IRQControl has deleted it.
    remove(signal_cap);
    if (invoke(slot_irq_control, signal_label, caps(root), signal_to.id, signal_to.target,
               signal_cap, depth)
            .error() != no_error) {
        say("    no signal capability: ", identify(slot_irq_control), '\n');
        return false;
    }
    signal(signal_cap);
    const bool beat = rises(peer->beats, beats), answered = rises(peer->answers, answers);
    if (!beat || !answered)
        say("    other node: beats ", beats, " to ", Word{peer->beats}, ", answers ", answers,
            " to ", Word{peer->answers}, '\n');
    return beat && answered;
}

Word peer_beats() { return peer ? Word{peer->beats} : 0; }
Word peer_answers() { return peer ? Word{peer->answers} : 0; }

}  // namespace suite
