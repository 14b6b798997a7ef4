// SPDX-License-Identifier: BSD-2-Clause
// Frames, page tables, address spaces, ASID pools, cache operations.
#include "suite.hpp"

using namespace suite;

namespace {

Word map(Word frame, Word vspace, Word address, Word rights = rights_all,
         Word attributes = default_attributes) {
    return invoke(frame, label::page_map, caps(vspace), address, rights, attributes).error();
}
Word unmap(Word frame) { return invoke(frame, label::page_unmap, caps()).error(); }
volatile Word& at(Word address) { return *reinterpret_cast<volatile Word*>(address); }

/// Maps `frame`, making the tables that are missing.
Word map_with_tables(Word frame, Word vspace, Word address, Word attributes) {
    for (;;) {
        const Word e = map(frame, vspace, address, rights_all, attributes);
        if (e != failed_lookup) return e;
        const Word t = make(object::page_table);
        const Word te =
            invoke(t, label::page_table_map, caps(vspace), address, default_attributes).error();
        if (te != no_error) return te;
    }
}

Word new_vspace() {
    const Word v = make(object::vspace);
    CHECK_EQ(invoke(slot_asid_pool, label::asid_pool_assign, caps(v)).error(), no_error);
    return v;
}

}  // namespace

TEST(frame, map_write_unmap) {
    const Word f = make(object::small_page);
    CHECK_EQ(map(f, slot_vspace, test_address), no_error);
    at(test_address) = 0x1234;
    CHECK_EQ(unmap(f), no_error);
    CHECK_EQ(unmap(f), no_error);
    CHECK_EQ(map(f, slot_vspace, test_address + 0x1000), no_error);
    CHECK_EQ(at(test_address + 0x1000), 0x1234);
}

TEST(frame, one_mapping_a_capability) {
    const Word f = make(object::small_page);
    CHECK_EQ(map(f, slot_vspace, test_address), no_error);
    CHECK_EQ(map(f, slot_vspace, test_address + 0x1000), invalid_argument);
    CHECK_EQ(map(f, slot_vspace, test_address), no_error);
    const Word c = copy(f);
    CHECK_EQ(map(c, slot_vspace, test_address + 0x1000), no_error);
    at(test_address) = 5;
    CHECK_EQ(at(test_address + 0x1000), 5);
    CHECK_EQ(remove(f), no_error);
    CHECK_EQ(at(test_address + 0x1000), 5);
}

TEST(frame, map_errors) {
    const Word f = make(object::small_page), ep = make(object::endpoint);
    CHECK_EQ(map(f, slot_vspace, test_address + 8), alignment_error);
    CHECK_EQ(map(f, ep, test_address), invalid_capability);
    const Word unassigned = make(object::vspace);
    CHECK_EQ(map(f, unassigned, test_address), invalid_capability);
    const Result r = invoke(f, label::page_map, caps(slot_vspace), far_address, rights_all, 3);
    CHECK_EQ(r.error(), failed_lookup);
    CHECK_EQ(r.mr[0], 0);
    CHECK_EQ(r.mr[1], missing_capability);
    CHECK_EQ(r.mr[2], top_level_bits);
    CHECK_EQ(map(f, slot_vspace, outside_address), invalid_argument);
    CHECK_EQ(invoke(f, label::page_map, caps(slot_vspace), test_address, 3).error(),
             truncated_message);
    CHECK_EQ(invoke(f, label::page_map, caps(), test_address, 3, 3).error(), truncated_message);
    CHECK_EQ(invoke(f, label::page_table_map, caps(slot_vspace), 0, 0).error(), illegal_operation);
}

TEST(frame, get_address) {
    const Word f = make(object::small_page), g = make(object::small_page);
    const Result a = invoke(f, label::page_get_address, caps());
    const Result b = invoke(g, label::page_get_address, caps());
    CHECK_EQ(a.error(), no_error);
    CHECK_EQ(a.info.length(), 1);
    CHECK_EQ(b.mr[0] - a.mr[0], 0x1000);
}

TEST(frame, large_page) {
    const Word f = make(object::large_page);
    CHECK_EQ(map_with_tables(f, slot_vspace, 0x40000000, default_attributes), no_error);
    at(0x40000000) = 1;
    at(0x401ffff8) = 2;
    CHECK_EQ(at(0x40000000), 1);
    CHECK_EQ(map(copy(f), slot_vspace, 0x40201000), alignment_error);
    // A small page does not fit where a large one is.
    CHECK_EQ(map(make(object::small_page), slot_vspace, 0x40000000), failed_lookup);
}

TEST(frame, rights_only_shrink) {
    const Word f = make(object::small_page);
    const Word r = copy(f, can_read);
    const Word fault_ep = make(object::endpoint);
    CHECK_EQ(map(r, slot_vspace, test_address, rights_all), no_error);
    CHECK_EQ(at(test_address), 0);
    start(thread([](Word) { at(test_address) = 1; }, 0, 200, fault_ep));
    let_run();
    CHECK_EQ(syscall(sys::nb_recv, fault_ep).info.label(), abi::fault::vm_fault);
    CHECK_EQ(map(copy(r), slot_vspace, test_address + 0x1000, rights_all), no_error);
}

TEST(page_table, map_and_unmap) {
    const Word t = make(object::page_table);
    CHECK_EQ(invoke(t, label::page_table_map, caps(slot_vspace), far_address, 3).error(), no_error);
    // Mapped once.
    CHECK_EQ(invoke(t, label::page_table_map, caps(slot_vspace),
                    far_address - (Word{1} << top_level_bits), 3)
                 .error(),
             invalid_capability);
    const Word u = make(object::page_table), w = make(object::page_table);
    CHECK_EQ(invoke(u, label::page_table_map, caps(slot_vspace), far_address, 3).error(), no_error);
    if (top_level_bits == 39) {  // one level more
        CHECK_EQ(invoke(w, label::page_table_map, caps(slot_vspace), far_address, 3).error(),
                 no_error);
    }
    const Word f = make(object::small_page);
    CHECK_EQ(map(f, slot_vspace, far_address), no_error);
    at(far_address) = 4;
    CHECK_EQ(invoke(t, label::page_table_unmap, caps()).error(), no_error);
    CHECK_EQ(invoke(t, label::page_table_map, caps(slot_vspace),
                    far_address - (Word{1} << top_level_bits), 3)
                 .error(),
             no_error);
    CHECK_EQ(map(copy(f), slot_vspace, far_address), failed_lookup);
}

TEST(page_table, errors) {
    const Word t = make(object::page_table), ep = make(object::endpoint);
    CHECK_EQ(invoke(t, label::page_table_map, caps(ep), test_address, 3).error(),
             invalid_capability);
    CHECK_EQ(invoke(t, label::page_table_map, caps(slot_vspace), outside_address, 3).error(),
             invalid_argument);
    CHECK_EQ(invoke(t, label::page_table_map, caps(slot_vspace), test_address, 3).error(),
             delete_first);
    CHECK_EQ(invoke(t, label::page_table_map, caps(), test_address, 3).error(), truncated_message);
    // An unmapped table cannot be copied.
    CHECK_EQ(copy_to(slot(), t), illegal_operation);
}

TEST(vspace, assign_once) {
    const Word v = make(object::vspace);
    CHECK_EQ(copy_to(slot(), v), illegal_operation);
    CHECK_EQ(invoke(slot_asid_pool, label::asid_pool_assign, caps(v)).error(), no_error);
    CHECK_EQ(invoke(slot_asid_pool, label::asid_pool_assign, caps(v)).error(), invalid_capability);
    CHECK(copy(v));
    CHECK_EQ(invoke(slot_asid_pool, label::asid_pool_assign, caps(make(object::endpoint))).error(),
             invalid_capability);
    CHECK_EQ(invoke(slot_asid_pool, label::asid_pool_assign, caps()).error(), truncated_message);
}

TEST(vspace, threads_in_another_address_space) {
    const Word v = new_vspace();
    // The suite's own image, seen from there.
    const Word base = image_base();
    const Word pages = info->user_image_frames.end - info->user_image_frames.start;
    for (Word i = 0; i < pages; i++) {
        const Word c = copy(info->user_image_frames.start + i);
        CHECK_EQ(map_with_tables(c, v, base + i * 0x1000, default_attributes), no_error);
    }
    static Word ep;
    ep = make(object::endpoint);
    const Thread t = thread(
        [](Word) {
            Result r = receive(ep);
            for (;;) r = syscall(sys::reply_recv, ep, message(0, 1), r.mr[0] * 2);
        },
        0, 200);
    const Word own_buffer = reinterpret_cast<Word>(t.block->ipc);
    CHECK_EQ(map_with_tables(copy(t.frame), v, own_buffer, default_attributes), no_error);
    CHECK_EQ(invoke(t.tcb, label::tcb_set_space, caps(root, v), 0, 0, 0).error(), no_error);
    start(t);
    let_run();
    for (Word i = 0; i < 20; i++) CHECK_EQ(call(ep, 0, 1, i).mr[0], 2 * i);
    // Its address space goes away: it faults (and has no handler), we go on.
    CHECK_EQ(remove(v), no_error);
    CHECK_EQ(revoke(test_untyped), no_error);
}

TEST(asid, pool_of_512) {
    const Word ut = make(object::untyped, 12), pool = slot();
    CHECK_EQ(invoke(slot_asid_control, label::asid_control_make_pool, caps(ut, root), pool, depth)
                 .error(),
             no_error);
    CHECK_EQ(identify(pool), tag_asid_pool);
    // Its memory is used up, and cannot be used twice.
    CHECK_EQ(retype(ut, object::endpoint, 0, slot()), not_enough_memory);
    const Word v = slot();
    for (Word i = 0; i < 512; i++) {
        CHECK_EQ(retype(test_untyped, object::vspace, 0, v), no_error);
        const Word keep = slot();
        CHECK_EQ(invoke(pool, label::asid_pool_assign, caps(v)).error(), no_error);
        CHECK_EQ(move_to(keep, v), no_error);
    }
    CHECK_EQ(retype(test_untyped, object::vspace, 0, v), no_error);
    CHECK_EQ(invoke(pool, label::asid_pool_assign, caps(v)).error(), delete_first);
}

TEST(asid, make_pool_errors) {
    const Word ut = make(object::untyped, 12), small = make(object::untyped, 11);
    CHECK_EQ(
        invoke(slot_asid_control, label::asid_control_make_pool, caps(small, root), slot(), depth)
            .error(),
        invalid_capability);
    CHECK_EQ(
        invoke(slot_asid_control, label::asid_control_make_pool, caps(ut), slot(), depth).error(),
        truncated_message);
    CHECK_EQ(retype(ut, object::endpoint, 0, slot()), no_error);
    CHECK_EQ(invoke(slot_asid_control, label::asid_control_make_pool, caps(ut, root), slot(), depth)
                 .error(),
             revoke_first);
}

TEST(asid, at_most_128_pools) {
    Word n = 0;
    for (;; n++) {
        const Word ut = make(object::untyped, 12);
        const Word e =
            invoke(slot_asid_control, label::asid_control_make_pool, caps(ut, root), slot(), depth)
                .error();
        if (e != no_error) {
            CHECK_EQ(e, delete_first);
            break;
        }
    }
    CHECK_EQ(n, 127);
}

TEST(vspace, many_address_spaces) {
    for (int i = 0; i < 20; i++) {
        const Word v = new_vspace(), f = make(object::small_page);
        CHECK_EQ(map_with_tables(f, v, test_address, default_attributes), no_error);
        CHECK_EQ(remove(v), no_error);
    }
}

TEST(vspace, deleting_one_unmaps_its_pages) {
    const Word v = new_vspace(), f = make(object::small_page);
    CHECK_EQ(map_with_tables(f, v, test_address, default_attributes), no_error);
    CHECK_EQ(remove(v), no_error);
    // The frame's capability still says that it is mapped, in a space that is gone.
    CHECK_EQ(unmap(f), no_error);
    CHECK_EQ(map(f, slot_vspace, test_address), no_error);
}

TEST(vspace, same_frame_in_two_spaces) {
    const Word v = new_vspace(), f = make(object::small_page), c = copy(f);
    CHECK_EQ(map_with_tables(c, v, test_address, default_attributes), no_error);
    CHECK_EQ(map(f, slot_vspace, test_address), no_error);
    at(test_address) = 0x4711;
    CHECK_EQ(remove(c), no_error);
    CHECK_EQ(at(test_address), 0x4711);
}

TEST(vspace, without_one_a_thread_does_not_get_far) {
    const Word fault_ep = make(object::endpoint), v = new_vspace();
    const Thread t = thread([](Word) {}, 0, 200, fault_ep);
    // An empty address space: the first instruction faults.
    CHECK_EQ(invoke(t.tcb, label::tcb_set_space, caps(root, v), fault_ep, 0, 0).error(), no_error);
    start(t);
    let_run();
    const Result r = receive(fault_ep);
    CHECK_EQ(r.info.label(), abi::fault::vm_fault);
    CHECK_EQ(r.mr[vm_fault_prefetch], 1);
}

TEST(vspace, deleting_it_stops_its_thread) {
    const Word fault_ep = make(object::endpoint), v = new_vspace();
    const Thread t = thread([](Word) {}, 0, 200, fault_ep);
    CHECK_EQ(invoke(t.tcb, label::tcb_set_space, caps(root, v), fault_ep, 0, 0).error(), no_error);
    // The TCB's own copy keeps it alive.
    CHECK_EQ(remove(v), no_error);
    start(t);
    let_run();
    CHECK_EQ(receive(fault_ep).info.label(), abi::fault::vm_fault);
}
