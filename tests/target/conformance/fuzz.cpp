// SPDX-License-Identifier: BSD-2-Clause
// System-call fuzzer: one thread makes random calls in a CSpace of its own, whose capabilities
// all come from one untyped, so that whatever it breaks can be revoked. The harness, of the
// same priority, sees when the fuzzer makes no more calls; it revives it, now and then makes the
// world anew, and has the kernel check its invariants (DebugSnapshot).
//
// Counts per label how often a call succeeded, and prefers labels that seldom did: none is below
// calls / 10000 at the end. Where the boot record lists a pool and a signal to another node, that
// node is looked at now and then: its heartbeat (heartbeat.cpp) must go on.
#include "peer.hpp"
#include "suite.hpp"

using namespace suite;

namespace {

#ifndef MKL_FUZZ_CALLS
#define MKL_FUZZ_CALLS 20000
#endif
constexpr Word calls = MKL_FUZZ_CALLS;
constexpr Word cspace_bits = 8, cspace_size = Word{1} << cspace_bits;
constexpr Word fault_slot = 20;
constexpr Word irq_control_slot = 4;
constexpr Word own_slot = 1;  // of the CNode itself, in the fuzzer's CSpace

volatile Word made, succeeded[64], errors[16];
volatile Word stop_at;
Word state = 88172645463325252;

Word random() {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}
Word pick(Word n) { return random() % n; }

/// Mostly small numbers, slots and addresses that exist; sometimes anything.
Word argument() {
    switch (pick(8)) {
    case 0:
        return random();
    case 1:
        return pick(4);
    case 2:
        return 64;
    case 3:
        return test_address + pick(64) * 0x1000;
    case 4:
        return 0x48000000 + pick(8) * 0x200000;
    default:
        return pick(cspace_size);
    }
}

/// Arguments in the shape that the label wants, with a mistake now and then.
Word shaped(Word invocation, Word* w) {
    Word n = 0;
    const auto slot_of = [&] {
        w[n++] = pick(cspace_size);
        w[n++] = pick(16) ? 64 : pick(70);
    };
    switch (invocation) {
    case label::untyped_retype:
        w[n++] = pick(object::type_count + 1);
        w[n++] = w[0] == object::untyped ? 4 + pick(14) : pick(5);
        w[n++] = 0, w[n++] = 0;
        w[n++] = pick(cspace_size), w[n++] = 1 + pick(4);
        break;
    case label::cnode_revoke:
    case label::cnode_delete:
    case label::cnode_cancel_badged_sends:
    case label::cnode_save_caller:
        slot_of();
        break;
    case label::cnode_copy:
    case label::cnode_mint:
    case label::cnode_move:
    case label::cnode_mutate:
        slot_of();
        slot_of();
        if (invocation == label::cnode_mutate) {
            w[n++] = cnode_data(0, pick(62));
        } else if (invocation != label::cnode_move) {
            w[n++] = pick(16);
            w[n++] = pick(3) ? pick(4) : cnode_data(0, pick(62));
        }
        break;
    case label::cnode_rotate:
        slot_of();
        w[n++] = 0;
        slot_of();
        w[n++] = 0;
        slot_of();
        break;
    case label::page_map:
        w[n++] = test_address + pick(512) * 0x1000, w[n++] = pick(16), w[n++] = pick(8);
        break;
    case label::page_table_map:
        w[n++] = pick(2) ? test_address + pick(64) * 0x200000 : pick(256) << 39, w[n++] = 3;
        break;
    case label::tcb_read_registers:
        w[n++] = pick(2), w[n++] = 1 + pick(38);
        break;
    case label::tcb_set_priority:
    case label::tcb_set_mc_priority:
        w[n++] = 60 + pick(60);
        break;
    case label::tcb_set_sched_params:
        w[n++] = 100 + pick(20), w[n++] = 60 + pick(60);
        break;
    case label::tcb_configure:
        w[n++] = pick(cspace_size), w[n++] = 0, w[n++] = 0, w[n++] = pick(2) * test_address;
        break;
    case label::tcb_set_space:
        w[n++] = pick(cspace_size), w[n++] = 0, w[n++] = 0;
        break;
    case label::asid_control_make_pool:
        slot_of();
        break;
    case label::irq_issue_handler:
        w[n++] = pick(4) ? 33 + pick(2) : pick(1100), slot_of();
        break;
    case label::irq_issue_handler_trigger:
        w[n++] = 33 + pick(2), w[n++] = pick(4) == 0, slot_of();
        break;
    case signal_label:
        w[n++] = pick(3), w[n++] = pick(2), slot_of();
        break;
    default:
        if (is_cache_label(invocation)) {
            // Of a frame: offsets. Of a VSpace: addresses.
            const Word base = is_frame_label(invocation) ? 0 : test_address + pick(64) * 0x1000;
            w[n++] = base + pick(32) * 64, w[n++] = w[0] + 1 + pick(2048);
            break;
        }
        n = pick(9);
        for (Word i = 0; i < n; i++) w[i] = argument();
        break;
    }
    if (pick(20) == 0) w[pick(8)] = argument();
    if (pick(40) == 0) n = pick(121);
    return n;
}

/// What was in the fuzzer's slots when it looked last; it looks at a few before each call.
uint8_t kinds[cspace_size];
void look() {
    static Word at;
    for (int i = 0; i < 4; i++, at = (at + 1) % cspace_size)
        kinds[at] = static_cast<uint8_t>(identify(at));
}

/// A slot that had a capability of type `tag`, if one had.
Word find(Word tag) {
    const Word from = pick(cspace_size);
    for (Word i = 0; i < cspace_size; i++) {
        const Word s = (from + i) % cspace_size;
        if (kinds[s] != tag) continue;
        kinds[s] = static_cast<uint8_t>(identify(s));
        if (kinds[s] == tag) return s;
    }
    return from;
}

/// What an invocation is made on, and what its capability arguments are.
struct Shape {
    Word last;  // labels up to here
    Word tag;
    Word extra[3];
};
constexpr Shape shapes[] = {
    {label::untyped_retype,            tag_untyped,      {tag_cnode}                       },
    {label::tcb_write_registers,       tag_thread,       {}                                },
    {label::tcb_copy_registers,        tag_thread,       {tag_thread}                      },
    {label::tcb_configure,             tag_thread,       {tag_cnode, tag_vspace, tag_frame}},
    {label::tcb_set_sched_params,      tag_thread,       {tag_thread}                      },
    {label::tcb_set_ipc_buffer,        tag_thread,       {tag_frame}                       },
    {label::tcb_set_space,             tag_thread,       {tag_cnode, tag_vspace}           },
    {label::tcb_set_flags,             tag_thread,       {tag_notification}                },
    {label::cnode_save_caller,         tag_cnode,        {tag_cnode, tag_cnode}            },
    {label::irq_issue_handler,         tag_irq_control,  {tag_cnode}                       },
    {label::irq_clear_handler,         tag_irq_handler,  {tag_notification}                },
    {label::domain_schedule_set_start, tag_domain,       {tag_thread}                      },
    {last_vspace_label,                tag_vspace,       {}                                },
    {label::page_table_unmap,          tag_page_table,   {tag_vspace}                      },
    {label::page_get_address,          tag_frame,        {tag_vspace}                      },
    {label::asid_control_make_pool,    tag_asid_control, {tag_untyped, tag_cnode}          },
    {label::asid_pool_assign,          tag_asid_pool,    {tag_vspace}                      },
    {signal_label,                     tag_irq_control,  {tag_cnode}                       },
};

Word capability_for(Word invocation, IpcBuffer& b) {
    for (const Shape& s : shapes) {
        if (invocation > s.last) continue;
        for (unsigned i = 0; i < 3; i++) {
            b.caps_or_badges[i] = s.extra[i] == tag_cnode ? own_slot
                                  : s.extra[i]            ? find(s.extra[i])
                                                          : pick(cspace_size);
        }
        return s.tag == tag_cnode ? own_slot : find(s.tag);
    }
    return pick(cspace_size);
}

/// The one of a few labels that has succeeded least.
Word choose_label() {
    Word best = 1 + pick(label_count - 1);
    for (int i = 0; i < 3; i++) {
        const Word other = 1 + pick(label_count - 1);
        if (succeeded[other] < succeeded[best]) best = other;
    }
    return best;
}

void one_call() {
    look();
    const Word invocation = pick(30) ? choose_label() : pick(80);
    Word w[8]{};
    const Word n = shaped(invocation, w);
    IpcBuffer& b = *ipc();
    for (Word& c : b.caps_or_badges) c = pick(4) ? pick(cspace_size) : own_slot;
    b.receive_cnode = own_slot;
    b.receive_index = pick(cspace_size);
    b.receive_depth = 64;
    const Word cap = pick(16) ? capability_for(invocation, b) : pick(cspace_size);
    for (Word i = 4; i < 8; i++) b.msg[i] = w[i];
    const Word info_word = message(invocation, n, pick(4) ? 3 : pick(4));
    // IRQControl exists once and cannot be copied: not to be deleted or moved where it may be.
    if (invocation >= label::cnode_delete && invocation <= label::cnode_rotate) {
        for (Word i = 0; i < 8; i++)
            if (w[i] % cspace_size == irq_control_slot) w[i]++;
        for (Word i = 4; i < 8; i++) b.msg[i] = w[i];
    }
    const Word kind = pick(20);
    if (kind == 0) {
        // Anything but the calls that stop the machine or print.
        const int64_t number = -static_cast<int64_t>(pick(40));
        if (number < sys::nb_recv) {
            // Unknown ones stop the thread: not too often.
            if (number >= sys::debug_name_thread || pick(16)) return;
        }
        made = made + 1;
        syscall(number, cap, info_word, w[0], w[1], w[2], w[3]);
        return;
    }
    made = made + 1;
    if (kind == 1) {
        syscall(sys::nb_recv, cap);
        return;
    }
    // A Call, which may block: then the harness revives the fuzzer.
    const Result r = syscall(sys::call, cap, info_word, w[0], w[1], w[2], w[3]);
    if (r.error() == 0 && invocation < 64) succeeded[invocation] = succeeded[invocation] + 1;
    if (r.error() < 16) errors[r.error()] = errors[r.error()] + 1;
}

void fuzzer(Word) {
    while (made < stop_at) one_call();
}

/// A CSpace with a bit of everything, all derived from the test's untyped.
struct World {
    Word cnode, guarded, faults;
    Thread thread_;

    World() {
        cnode = make(object::cnode, cspace_bits);
        guarded = slot();
        mint_to(guarded, cnode, cnode_data(0, 64 - cspace_bits));
        // IPC buffer and registers work without any capability of the fuzzer's.
        thread_ = thread(fuzzer, 0, 100, fault_slot);
        faults = make(object::endpoint);
        put_in(own_slot, guarded);
        put_in(2, thread_.tcb);
        const Word vspace = make(object::vspace);
        invoke(slot_asid_pool, label::asid_pool_assign, caps(vspace));
        put_in(3, vspace);
        put_in(irq_control_slot, slot_irq_control, true);
        put_in(5, slot_asid_control);
        put_in(6, slot_asid_pool);
        put_in(7, slot_domain);
        for (Word i = 8; i < 20; i++) put_in(i, make(object::untyped, 16));
        for (Word i = 20; i < 40; i++)
            put_in(i, make(i % 2 ? object::notification : object::endpoint));
        for (Word i = 40; i < 48; i++) put_in(i, make(object::small_page));
        for (Word i = 48; i < 56; i++) put_in(i, make(object::tcb));
        for (Word i = 56; i < 64; i++) put_in(i, make(object::page_table));
        set_space();
    }
    /// The fuzzer's spaces. Its faults go to an endpoint, where nobody answers: it stops without a
    /// line of print.
    void set_space() const {
        invoke(guarded, label::cnode_delete, caps(), fault_slot, 64);
        put_in(fault_slot, faults);
        invoke(thread_.tcb, label::tcb_set_space, caps(guarded, slot_vspace), fault_slot, 0, 0);
    }
    /// IRQControl cannot be copied: it is lent and taken back.
    void put_in(Word index, Word from, bool move = false) const {
        if (move) {
            invoke(guarded, label::cnode_move, caps(root), index, 64, from, depth);
        } else if (invoke(guarded, label::cnode_copy, caps(root), index, 64, from, depth,
                          rights_all)
                       .error() != no_error) {
            invoke(guarded, label::cnode_move, caps(root), index, 64, from, depth);
        }
    }
};

/// Shares the processor, as what the fuzzer made may run for ever, until the fuzzer makes no calls
/// any more. False if it made none.
bool let_fuzzer_run() {
    const Word first = made;
    set_own_priority(100);
    for (unsigned idle = 0; idle < 3 && made < stop_at;) {
        const Word before = made;
        yield();
        idle = made == before ? idle + 1 : 0;
    }
    set_own_priority(255);
    return made != first;
}

void check_kernel() { syscall(sys::debug_snapshot); }

}  // namespace

void suite::prepare() { find_peer(); }

TEST(fuzz, random_calls) {
    constexpr Word round_calls = 5000;
    Word rounds = 0, revived = 0;
    while (made < calls) {
        {
            const World world;
            stop_at = made + round_calls;
            start(world.thread_);
            // It goes on until it has finished, or is stuck so often that a new world is better.
            unsigned stuck = 0;
            for (Word tries = 0; made < stop_at && tries < 300 && stuck < 8; tries++) {
                stuck = let_fuzzer_run() ? 0 : stuck + 1;
                if (invoke(world.thread_.tcb, label::tcb_suspend, caps()).error() != no_error)
                    break;
                invoke(world.thread_.tcb, label::tcb_set_sched_params, caps(slot_tcb), 100, 100);
                world.set_space();
                check_kernel();
                revive(world.thread_, fuzzer);
                revived++;
            }
            set_own_priority(255);
            check_kernel();
            // IRQControl comes back, wherever it is.
            for (Word i = 0; i < cspace_size; i++) {
                invoke(root, label::cnode_move, caps(world.guarded), slot_irq_control, depth, i,
                       64);
                if (!empty(slot_irq_control) && identify(slot_irq_control) != tag_irq_control) {
                    const Word aside = slot();
                    move_to(aside, slot_irq_control);
                }
            }
        }
        clean_world();
        check_kernel();
        CHECK(peer_is_alive());
        if (++rounds % 100 == 0) say("    ", made, " calls, ", revived, " revivals\n");
    }
    say("    errors:");
    for (unsigned i = 0; i < 11; i++) say(' ', errors[i]);
    say("\n    successes:");
    for (unsigned i = 0; i < label_count; i++) say(' ', i, ':', succeeded[i]);
    say('\n');
    say("    beats of the other node: ", peer_beats(), ", answers: ", peer_answers(), '\n');
    if (calls < 1'000'000) return;  // too few to ask for each
    for (Word l = 1; l < label_count; l++) CHECK(!can_succeed(l) || succeeded[l] >= calls / 10000);
}
