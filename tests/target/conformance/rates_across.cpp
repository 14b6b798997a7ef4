// SPDX-License-Identifier: BSD-2-Clause
// A side of kernel_rates whose other side is another node's: the pool, and signals as mkl's
// connectors have them. An interrupt of its own goes to who waits; one that signals share, to a
// thread that looks at the word and signals on; where there is none, a thread of the lowest
// priority looks all the time.
#include "mkl/rt/boot_record.hpp"
#include "mkl/user/boot_view.hpp"
#include "peer.hpp"
#include "rates.hpp"

namespace suite {

namespace {

mkl::rt::BootRecord record;
constexpr Word shared_address = kept_address + 0x10000;

/// What the other side counts up, who waits for it here, and the interrupt that says so.
struct Watch {
    const Word* word;
    Word waiter, bell, handler;
} watching;

bool changed(Word& seen) {
    const Word now = load(*watching.word);
    if (now == seen) return false;
    seen = now;
    return true;
}

void pass_on(Word) {
    Word seen = 0;
    for (;;) {
        wait(watching.bell);
        invoke(watching.handler, label::irq_ack, caps());
        if (changed(seen)) signal(watching.waiter);
    }
}

void look(Word) {
    Word seen = 0;
    for (;;) {
        mark(look_mark);
        if (changed(seen)) {
            mark(found_mark);
            signal(watching.waiter);
        }
        yield();
    }
}

const mkl_rec_shared* pool() {
    for (const mkl_rec_shared& s : record.shared)
        if (s.kind == MKL_SHARED_POOL && s.peer == 0) return &s;
    return nullptr;
}

/// `count` page frames from the start of the pool on, in consecutive slots.
Word pool_frames(Word count) {
    Word first = 0;
    for (Word i = 0; i < info->untyped.end - info->untyped.start; i++) {
        if (info->untyped_list[i].paddr != pool()->base) continue;
        for (Word n = 0; n < count; n++) {
            const Word frame = slot();
            if (n == 0) first = frame;
            CHECK_EQ(retype(info->untyped.start + i, object::small_page, 0, frame), no_error);
        }
    }
    CHECK(first);
    return first;
}

}  // namespace

bool find_nodes() {
    auto* const extra = reinterpret_cast<uint8_t*>(const_cast<abi::BootInfo*>(info)) + page;
    const mkl::user::FoundRecord found = mkl::user::find_boot_record({extra, info->extra_len}, {});
    return found.bytes.size != 0 &&
           mkl::rt::open_boot_record(found.bytes.data, found.bytes.size, record_arch, record)
                   .error == mkl::rt::RecordError::none &&
           pool() != nullptr;
}

bool is_client() { return record.node->id == 0; }

void make_across_side(Side& side) {
    constexpr Word shared_pages = (sizeof(Shared) + page - 1) / page;
    const Word attributes = pool()->attributes == MKL_MEMORY_CACHED ? default_attributes : 0;
    const Word frames = pool_frames(shared_pages + pages);
    for (Word i = 0; i < shared_pages; i++)
        CHECK_EQ(invoke(frames + i, label::page_map, caps(slot_vspace), shared_address + i * page,
                        rights_all, attributes)
                     .error(),
                 no_error);
    side.alone = false;
    side.shared = reinterpret_cast<Shared*>(shared_address);
    side.window.vspace = slot_vspace;
    side.window.attributes = attributes;
    for (Word i = 0; i < pages; i++) side.window.frames[i] = frames + shared_pages + i;

    Peer& peer = side.peer;
    peer.own = make(object::notification);
    const bool interrupts = !record.sgi_send.empty();
    if (interrupts) {
        peer.send = slot();
        CHECK_EQ(invoke(slot_irq_control, signal_label, caps(root), record.sgi_send[0].id,
                        record.sgi_send[0].target, peer.send, depth)
                     .error(),
                 no_error);
    }
    if (interrupts && !shared_signals) {
        peer.handler = signal_handler(record, peer.own);
        return;
    }
    Shared& s = *side.shared;
    peer.word = is_client() ? &s.to_server : &s.to_client;
    watching = {is_client() ? &s.to_client : &s.to_server, peer.own, 0, 0};
    if (interrupts) {
        watching.bell = make(object::notification);
        watching.handler = signal_handler(record, watching.bell);
    }
    const Thread t = interrupts ? thread(pass_on, 0, 200) : thread(look, 0, 1);
    no_fpu(t.tcb);
    start(t);
}

}  // namespace suite
