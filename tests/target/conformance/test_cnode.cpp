// SPDX-License-Identifier: BSD-2-Clause
// CNode operations, guards, lookup failures, derivation.
#include "suite.hpp"

using namespace suite;

TEST(cnode, copy_keeps_type_and_source) {
    const Word ep = make(object::endpoint);
    const Word c = copy(ep);
    CHECK(c);
    CHECK_EQ(identify(c), tag_endpoint);
    CHECK_EQ(identify(ep), tag_endpoint);
}

TEST(cnode, copy_to_full_slot) {
    const Word ep = make(object::endpoint), other = make(object::endpoint);
    CHECK_EQ(copy_to(other, ep), delete_first);
    CHECK_EQ(copy_to(ep, ep), delete_first);
}

TEST(cnode, copy_from_empty_slot) {
    const Word from = slot(), to = slot();
    const Result r =
        invoke(root, label::cnode_copy, caps(root), to, depth, from, depth, rights_all);
    CHECK_EQ(r.error(), failed_lookup);
    CHECK_EQ(r.mr[0], 1);
    CHECK_EQ(r.mr[1], missing_capability);
    CHECK_EQ(r.mr[2], depth);
}

TEST(cnode, depth_out_of_range) {
    const Word ep = make(object::endpoint), to = slot();
    Result r = invoke(root, label::cnode_copy, caps(root), to, 0, ep, depth, rights_all);
    CHECK_EQ(r.error(), range_error);
    CHECK_EQ(r.mr[0], 1);
    CHECK_EQ(r.mr[1], 64);
    r = invoke(root, label::cnode_copy, caps(root), to, 65, ep, depth, rights_all);
    CHECK_EQ(r.error(), range_error);
}

TEST(cnode, delete_then_empty) {
    const Word ep = make(object::endpoint);
    CHECK_EQ(remove(ep), no_error);
    CHECK(empty(ep));
    CHECK_EQ(remove(ep), no_error);
}

TEST(cnode, move_leaves_source_empty) {
    const Word ep = make(object::endpoint), to = slot();
    CHECK_EQ(move_to(to, ep), no_error);
    CHECK(empty(ep));
    CHECK_EQ(identify(to), tag_endpoint);
    CHECK_EQ(move_to(ep, slot()), failed_lookup);
}

TEST(cnode, mutate_unbadged_is_refused) {
    const Word ep = make(object::endpoint), to = slot();
    // Mutate never adds a badge.
    CHECK_EQ(mutate_to(to, ep, 5), illegal_operation);
    CHECK_EQ(identify(ep), tag_endpoint);
}

TEST(cnode, mutate_guard_of_cnode) {
    const Word cn = make(object::cnode, 4), to = slot();
    CHECK_EQ(mutate_to(to, cn, cnode_data(0, 60)), no_error);
    CHECK(empty(cn));
    const Word ep = make(object::endpoint);
    CHECK_EQ(invoke(to, label::cnode_copy, caps(root), 3, 64, ep, depth, rights_all).error(),
             no_error);
}

TEST(cnode, mint_badge_once) {
    const Word ep = make(object::endpoint);
    const Word b = mint(ep, 7);
    CHECK(b);
    // A badged capability cannot be badged again.
    CHECK_EQ(mint_to(slot(), b, 9), illegal_operation);
    CHECK_EQ(mint_to(slot(), b, 0), illegal_operation);
    CHECK(copy(b));
}

TEST(cnode, guard_too_large) {
    const Word cn = make(object::cnode, 8), to = slot();
    CHECK_EQ(mint_to(to, cn, cnode_data(0, 57)), illegal_operation);
    CHECK_EQ(mint_to(to, cn, cnode_data(0, 56)), no_error);
}

TEST(cnode, two_levels) {
    const Word cn = make(object::cnode, 4), ep = make(object::endpoint);
    const Word guarded = slot();
    CHECK_EQ(mint_to(guarded, cn, cnode_data(0, 0)), no_error);
    CHECK_EQ(invoke(guarded, label::cnode_copy, caps(root), 5, 4, ep, depth, rights_all).error(),
             no_error);
    const Word back = slot();
    CHECK_EQ(invoke(root, label::cnode_copy, caps(guarded), back, depth, 5, 4, rights_all).error(),
             no_error);
    CHECK_EQ(identify(back), tag_endpoint);
}

TEST(cnode, lookup_guard_mismatch) {
    const Word cn = make(object::cnode, 4), ep = make(object::endpoint), g = slot();
    CHECK_EQ(mint_to(g, cn, cnode_data(1, 4)), no_error);
    const Result r = invoke(g, label::cnode_copy, caps(root), 0x25, 8, ep, depth, rights_all);
    CHECK_EQ(r.error(), failed_lookup);
    CHECK_EQ(r.mr[0], 0);
    CHECK_EQ(r.mr[1], guard_mismatch);
    CHECK_EQ(r.mr[2], 8);
    CHECK_EQ(r.mr[3], 1);
    CHECK_EQ(ipc()->msg[4], 4);
    CHECK_EQ(invoke(g, label::cnode_copy, caps(root), 0x15, 8, ep, depth, rights_all).error(),
             no_error);
}

TEST(cnode, lookup_depth_mismatch) {
    const Word cn = make(object::cnode, 4), ep = make(object::endpoint);
    const Result r = invoke(cn, label::cnode_copy, caps(root), 1, 3, ep, depth, rights_all);
    CHECK_EQ(r.error(), failed_lookup);
    CHECK_EQ(r.mr[1], depth_mismatch);
    CHECK_EQ(r.mr[2], 3);
    CHECK_EQ(r.mr[3], 4);
}

TEST(cnode, lookup_bits_left) {
    const Word cn = make(object::cnode, 4), ep = make(object::endpoint);
    const Result r = invoke(cn, label::cnode_copy, caps(root), 0x10, 8, ep, depth, rights_all);
    CHECK_EQ(r.error(), failed_lookup);
    CHECK_EQ(r.mr[1], depth_mismatch);
    CHECK_EQ(r.mr[2], 4);
    CHECK_EQ(r.mr[3], 0);
}

TEST(cnode, source_root_not_a_cnode) {
    const Word ep = make(object::endpoint), to = slot();
    const Result r = invoke(root, label::cnode_copy, caps(ep), to, depth, ep, depth, rights_all);
    CHECK_EQ(r.error(), failed_lookup);
    CHECK_EQ(r.mr[0], 1);
    CHECK_EQ(r.mr[1], invalid_root);
}

TEST(cnode, truncated) {
    CHECK_EQ(invoke(root, label::cnode_delete, caps(), slot()).error(), truncated_message);
    CHECK_EQ(invoke(root, label::cnode_copy, caps(root), slot(), depth, slot()).error(),
             truncated_message);
    const Word ep = make(object::endpoint);
    CHECK_EQ(invoke(root, label::cnode_copy, caps(), slot(), depth, ep, depth, rights_all).error(),
             truncated_message);
    CHECK_EQ(
        invoke(root, label::cnode_mint, caps(root), slot(), depth, ep, depth, rights_all).error(),
        truncated_message);
}

TEST(cnode, wrong_label) {
    CHECK_EQ(invoke(root, label::tcb_suspend, caps(), 0, 0).error(), illegal_operation);
    CHECK_EQ(invoke(root, label::invalid_invocation, caps(), 0, 0).error(), illegal_operation);
    CHECK_EQ(invoke(root, 5000, caps(), 0, 0).error(), illegal_operation);
}

TEST(cnode, rotate) {
    const Word a = make(object::small_page), b = make(object::cnode, 4), c = slot();
    CHECK_EQ(invoke(root, label::cnode_rotate, caps(root, root), c, depth, 0, b, depth, 0, a, depth)
                 .error(),
             no_error);
    CHECK(empty(a));
    CHECK_EQ(identify(b), tag_frame);
    CHECK_EQ(identify(c), tag_cnode);
}

TEST(cnode, rotate_swap_and_errors) {
    const Word a = make(object::small_page), b = make(object::cnode, 4);
    CHECK_EQ(invoke(root, label::cnode_rotate, caps(root, root), a, depth, 0, b, depth, 0, a, depth)
                 .error(),
             no_error);
    CHECK_EQ(identify(a), tag_cnode);
    CHECK_EQ(identify(b), tag_frame);
    CHECK_EQ(invoke(root, label::cnode_rotate, caps(root, root), a, depth, 0, a, depth, 0, b, depth)
                 .error(),
             illegal_operation);
}

TEST(cnode, revoke_deletes_copies_of_the_original) {
    const Word ep = make(object::endpoint);
    const Word a = copy(ep), b = mint(ep, 3), c = copy(b);
    CHECK_EQ(revoke(ep), no_error);
    CHECK_EQ(identify(ep), tag_endpoint);
    CHECK(empty(a));
    CHECK(empty(b));
    CHECK(empty(c));
}

TEST(cnode, revoke_of_a_copy_deletes_nothing) {
    const Word ep = make(object::endpoint);
    const Word a = copy(ep), b = copy(a);
    CHECK_EQ(revoke(a), no_error);
    CHECK(!empty(b));
    CHECK(!empty(ep));
}

TEST(cnode, revoke_badged) {
    const Word ep = make(object::endpoint);
    const Word b1 = mint(ep, 1), b2 = mint(ep, 2);
    const Word c1 = copy(b1);
    CHECK_EQ(revoke(b1), no_error);
    CHECK(empty(c1));
    CHECK(!empty(b1));
    CHECK(!empty(b2));
    CHECK(!empty(ep));
}

TEST(cnode, revoke_badged_twice_minted) {
    const Word ep = make(object::endpoint);
    const Word first = mint(ep, 4), second = mint(ep, 4);
    const Word of_first = copy(first), of_second = copy(second);
    // The same badge from another mint is another subtree.
    CHECK_EQ(revoke(first), no_error);
    CHECK(empty(of_first));
    CHECK(!empty(second));
    CHECK(!empty(of_second));
}

TEST(cnode, save_caller_without_one) {
    const Word to = slot();
    CHECK_EQ(invoke(root, label::cnode_save_caller, caps(), to, depth).error(), no_error);
    CHECK(empty(to));
}

TEST(cnode, cancel_badged_needs_rights) {
    const Word n = make(object::notification), ep = make(object::endpoint);
    CHECK_EQ(invoke(root, label::cnode_cancel_badged_sends, caps(), n, depth).error(),
             illegal_operation);
    const Word weak = copy(ep, can_write);
    CHECK_EQ(invoke(root, label::cnode_cancel_badged_sends, caps(), weak, depth).error(),
             illegal_operation);
    CHECK_EQ(invoke(root, label::cnode_cancel_badged_sends, caps(), ep, depth).error(), no_error);
}

TEST(cnode, deleting_a_cnode_deletes_its_caps) {
    const Word cn = make(object::cnode, 6), ep = make(object::endpoint);
    Word inner = slot();
    CHECK_EQ(mint_to(inner, cn, cnode_data(0, 58)), no_error);
    for (Word i = 0; i < 64; i++)
        CHECK_EQ(invoke(inner, label::cnode_copy, caps(root), i, 64, ep, depth, rights_all).error(),
                 no_error);
    CHECK_EQ(remove(inner), no_error);
    CHECK_EQ(remove(cn), no_error);
    // All copies are gone: the untyped's only child left is the endpoint.
    CHECK_EQ(remove(ep), no_error);
    CHECK_EQ(retype(test_untyped, object::untyped, test_untyped_bits, slot()), no_error);
}

TEST(cnode, cnode_that_holds_itself) {
    const Word cn = make(object::cnode, 3);
    CHECK_EQ(invoke(root, label::cnode_mint, caps(root), slot(), depth, cn, depth, rights_all,
                    cnode_data(0, 61))
                 .error(),
             no_error);
    const Word g = slot();
    CHECK_EQ(mint_to(g, cn, cnode_data(0, 61)), no_error);
    CHECK_EQ(invoke(g, label::cnode_copy, caps(root), 2, 64, cn, depth, rights_all).error(),
             no_error);
    CHECK_EQ(revoke(test_untyped), no_error);
    CHECK(empty(cn));
    CHECK(empty(g));
    CHECK_EQ(retype(test_untyped, object::untyped, test_untyped_bits, slot()), no_error);
}

TEST(cnode, cnodes_that_hold_each_other) {
    const Word a = make(object::cnode, 4), b = make(object::cnode, 4);
    const Word ga = slot(), gb = slot();
    CHECK_EQ(mint_to(ga, a, cnode_data(0, 60)), no_error);
    CHECK_EQ(mint_to(gb, b, cnode_data(0, 60)), no_error);
    for (Word i = 0; i < 8; i++) {
        CHECK_EQ(invoke(ga, label::cnode_copy, caps(root), i, 64, b, depth, rights_all).error(),
                 no_error);
        CHECK_EQ(invoke(gb, label::cnode_copy, caps(root), i, 64, a, depth, rights_all).error(),
                 no_error);
    }
    CHECK_EQ(invoke(ga, label::cnode_move, caps(root), 9, 64, b, depth).error(), no_error);
    CHECK_EQ(invoke(gb, label::cnode_move, caps(root), 9, 64, a, depth).error(), no_error);
    CHECK_EQ(remove(ga), no_error);
    CHECK_EQ(remove(gb), no_error);
    CHECK_EQ(revoke(test_untyped), no_error);
    CHECK_EQ(retype(test_untyped, object::untyped, test_untyped_bits, slot()), no_error);
}
