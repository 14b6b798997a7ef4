// SPDX-License-Identifier: BSD-2-Clause
// Retype: arguments, watermark, alignment, clearing, reset.
#include "suite.hpp"

using namespace suite;

TEST(retype, every_type) {
    for (Word type = 0; type < object::type_count; type++) {
        if (type == object::huge_page) continue;  // larger than the test's untyped
        const Word size = type == object::untyped ? 12 : type == object::cnode ? 4 : 0;
        const Word s = slot();
        CHECK_EQ(retype(test_untyped, type, size, s), no_error);
        CHECK(!empty(s));
        CHECK_EQ(revoke(test_untyped), no_error);
    }
    CHECK_EQ(retype(test_untyped, object::type_count, 0, slot()), invalid_argument);
}

TEST(retype, truncated) {
    CHECK_EQ(invoke(test_untyped, label::untyped_retype, caps(root), 0, 12, 0, 0, slot()).error(),
             truncated_message);
    CHECK_EQ(invoke(test_untyped, label::untyped_retype, caps(), 0, 12, 0, 0, slot(), 1).error(),
             truncated_message);
    CHECK_EQ(invoke(test_untyped, label::cnode_delete, caps(), 0, 0).error(), illegal_operation);
}

TEST(retype, sizes) {
    Result r = invoke(test_untyped, label::untyped_retype, caps(root), object::untyped, 3, 0, 0,
                      slot(), 1);
    CHECK_EQ(r.error(), invalid_argument);
    CHECK_EQ(r.mr[0], 1);
    CHECK_EQ(retype(test_untyped, object::untyped, 4, slot()), no_error);
    CHECK_EQ(retype(test_untyped, object::cnode, 0, slot()), invalid_argument);
    r = invoke(test_untyped, label::untyped_retype, caps(root), object::untyped, 64, 0, 0, slot(),
               1);
    CHECK_EQ(r.error(), range_error);
    CHECK_EQ(r.mr[1], abi::size_bits::max_untyped);
    CHECK_EQ(retype(test_untyped, object::untyped, abi::size_bits::max_untyped + 1, slot()),
             range_error);
}

TEST(retype, not_enough_memory) {
    const Result r = invoke(test_untyped, label::untyped_retype, caps(root), object::untyped,
                            test_untyped_bits + 1, 0, 0, slot(), 1);
    CHECK_EQ(r.error(), not_enough_memory);
    CHECK_EQ(r.mr[0], Word{1} << test_untyped_bits);
    CHECK(make(object::endpoint));
    const Result s = invoke(test_untyped, label::untyped_retype, caps(root), object::untyped,
                            test_untyped_bits, 0, 0, slot(), 1);
    CHECK_EQ(s.error(), not_enough_memory);
    CHECK_EQ(s.mr[0], (Word{1} << test_untyped_bits) - 16);
}

TEST(retype, count_range) {
    Result r = invoke(test_untyped, label::untyped_retype, caps(root), object::endpoint, 0, 0, 0,
                      slot(), 0);
    CHECK_EQ(r.error(), range_error);
    CHECK_EQ(r.mr[0], 1);
    CHECK_EQ(r.mr[1], 256);
    r = invoke(test_untyped, label::untyped_retype, caps(root), object::endpoint, 0, 0, 0, slot(),
               257);
    CHECK_EQ(r.error(), range_error);
}

TEST(retype, window_outside_the_cnode) {
    const Word cn = make(object::cnode, 4);
    Result r =
        invoke(test_untyped, label::untyped_retype, caps(cn), object::endpoint, 0, 0, 0, 16, 1);
    CHECK_EQ(r.error(), range_error);
    CHECK_EQ(r.mr[1], 15);
    r = invoke(test_untyped, label::untyped_retype, caps(cn), object::endpoint, 0, 0, 0, 10, 7);
    CHECK_EQ(r.error(), range_error);
    CHECK_EQ(r.mr[1], 6);
    CHECK_EQ(invoke(test_untyped, label::untyped_retype, caps(cn), object::endpoint, 0, 0, 0, 10, 6)
                 .error(),
             no_error);
}

TEST(retype, slot_in_use) {
    const Word first = slot(), second = slot(), third = slot();
    CHECK_EQ(retype(test_untyped, object::endpoint, 0, second), no_error);
    CHECK_EQ(retype(test_untyped, object::endpoint, 0, first, 3), delete_first);
    CHECK(empty(first));
    CHECK(empty(third));
}

TEST(retype, destination_by_depth) {
    const Word cn = make(object::cnode, 4);
    CHECK_EQ(invoke(test_untyped, label::untyped_retype, caps(root), object::endpoint, 0, cn, depth,
                    2, 3)
                 .error(),
             no_error);
    const Word back = slot();
    CHECK_EQ(invoke(root, label::cnode_copy, caps(cn), back, depth, 3, 4, rights_all).error(),
             no_error);
    CHECK_EQ(identify(back), tag_endpoint);
    const Word ep = make(object::endpoint);
    const Result r = invoke(test_untyped, label::untyped_retype, caps(root), object::endpoint, 0,
                            ep, depth, 0, 1);
    CHECK_EQ(r.error(), failed_lookup);
    CHECK_EQ(r.mr[0], 0);
    CHECK_EQ(r.mr[1], missing_capability);
}

TEST(retype, many_at_once) {
    const Word first = slot();
    for (unsigned i = 1; i < 256; i++) slot();
    CHECK_EQ(retype(test_untyped, object::notification, 0, first, 256), no_error);
    for (unsigned i = 0; i < 256; i++) CHECK_EQ(identify(first + i), tag_notification);
}

TEST(retype, watermark_aligns) {
    // 16 bytes used, then a page: the page starts at 4 KiB, so 2^22/2^12 - 1 pages are left.
    CHECK(make(object::endpoint));
    const Word pages = (Word{1} << (test_untyped_bits - 12)) - 1;
    Word done = 0;
    while (done < pages) {
        const Word n = pages - done < 200 ? pages - done : 200;
        const Word first = slot();
        for (Word i = 1; i < n; i++) slot();
        CHECK_EQ(retype(test_untyped, object::small_page, 0, first, n), no_error);
        done += n;
    }
    CHECK_EQ(retype(test_untyped, object::endpoint, 0, slot()), not_enough_memory);
}

TEST(retype, reset_when_children_are_gone) {
    const Word half = slot();
    CHECK_EQ(retype(test_untyped, object::untyped, test_untyped_bits - 1, half), no_error);
    const Word other = slot();
    CHECK_EQ(retype(test_untyped, object::untyped, test_untyped_bits - 1, other), no_error);
    CHECK_EQ(remove(half), no_error);
    // One child is left: the watermark stays.
    CHECK_EQ(retype(test_untyped, object::untyped, 12, slot()), not_enough_memory);
    CHECK_EQ(remove(other), no_error);
    CHECK_EQ(retype(test_untyped, object::untyped, test_untyped_bits, slot()), no_error);
}

TEST(retype, memory_is_cleared) {
    Word frame = make(object::large_page);
    auto* p = reinterpret_cast<volatile Word*>(Word{0x40000000});
    // 2 MiB pages need two tables less than what test_address has; make what is missing.
    for (unsigned i = 0; i < 3; i++) {
        const Result r = invoke(frame, label::page_map, caps(slot_vspace),
                                reinterpret_cast<Word>(p), rights_all, default_attributes);
        if (r.error() == no_error) break;
        const Word t = make(object::page_table);
        CHECK_EQ(invoke(t, label::page_table_map, caps(slot_vspace), reinterpret_cast<Word>(p),
                        default_attributes)
                     .error(),
                 no_error);
    }
    for (unsigned i = 0; i < (1u << 18); i += 64) {
        CHECK_EQ(p[i], 0);
        p[i] = 0x5a5a5a5a;
    }
    CHECK_EQ(revoke(test_untyped), no_error);
    frame = make(object::small_page);
    CHECK_EQ(invoke(frame, label::page_map, caps(slot_vspace), test_address, rights_all,
                    default_attributes)
                 .error(),
             no_error);
    p = reinterpret_cast<volatile Word*>(test_address);
    for (unsigned i = 0; i < 512; i++) CHECK_EQ(p[i], 0);
}

TEST(retype, copy_of_an_untyped) {
    const Word c = copy(test_untyped);
    CHECK(c);
    // The copy stands for all of it.
    CHECK_EQ(retype(test_untyped, object::endpoint, 0, slot()), not_enough_memory);
    CHECK_EQ(retype(c, object::endpoint, 0, slot()), no_error);
    CHECK_EQ(copy_to(slot(), c), revoke_first);
    CHECK_EQ(revoke(test_untyped), no_error);
    CHECK(empty(c));
    CHECK_EQ(retype(test_untyped, object::endpoint, 0, slot()), no_error);
}

TEST(retype, device_untyped) {
    Word device = 0;
    for (Word i = 0; i < info->untyped.end - info->untyped.start; i++)
        if (info->untyped_list[i].is_device && info->untyped_list[i].size_bits >= 12)
            device = info->untyped.start + i;
    CHECK(device);
    CHECK_EQ(retype(device, object::tcb, 0, slot()), invalid_argument);
    CHECK_EQ(retype(device, object::endpoint, 0, slot()), invalid_argument);
    CHECK_EQ(retype(device, object::page_table, 0, slot()), invalid_argument);
    const Word sub = slot(), frame = slot();
    CHECK_EQ(retype(device, object::untyped, 12, sub), no_error);
    CHECK_EQ(retype(sub, object::endpoint, 0, slot()), invalid_argument);
    CHECK_EQ(retype(sub, object::small_page, 0, frame), no_error);
    // A device frame is no IPC buffer.
    const Word tcb = make(object::tcb);
    CHECK_EQ(invoke(tcb, label::tcb_set_ipc_buffer, caps(frame), test_address).error(),
             illegal_operation);
    CHECK_EQ(remove(frame), no_error);
    CHECK_EQ(revoke(device), no_error);
}
