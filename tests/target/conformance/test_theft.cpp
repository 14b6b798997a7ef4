// SPDX-License-Identifier: BSD-2-Clause
// What the boot record does not grant is refused, with the error seL4 would give for a thing that
// is taken. These tests are about the built-in kernel; on seL4 the initialiser has to do it.
#include "suite.hpp"

using namespace suite;

TEST(theft, foreign_interrupt) {
    const Word foreign[] = {32, 35, 48, 79, 200, 1019};
    for (Word irq : foreign) {
        CHECK_EQ(invoke(slot_irq_control, label::irq_issue_handler, caps(root), irq, slot(), depth)
                     .error(),
                 revoke_first);
        CHECK_EQ(invoke(slot_irq_control, label::irq_issue_handler_trigger, caps(root), irq, 0,
                        slot(), depth)
                     .error(),
                 revoke_first);
    }
}

TEST(theft, foreign_sgi_to_receive) {
    for (Word id = 0; id < 16; id++) {
        if (id == 1) continue;
        CHECK_EQ(invoke(slot_irq_control, label::irq_issue_handler, caps(root), id, slot(), depth)
                     .error(),
                 revoke_first);
    }
}

TEST(theft, foreign_ppi) {
    for (Word id = 16; id < 32; id++)
        CHECK_EQ(invoke(slot_irq_control, label::irq_issue_handler, caps(root), id, slot(), depth)
                     .error(),
                 revoke_first);
}

TEST(theft, foreign_sgi_target) {
    const Word pairs[][2] = {
        {0,  0          },
        {1,  1          },
        {1,  7          },
        {2,  0          },
        {15, 3          },
        {1,  0x100000000}
    };
    for (const auto& p : pairs) {
        const Result r = invoke(slot_irq_control, label::irq_issue_sgi_signal, caps(root), p[0],
                                p[1], slot(), depth);
        CHECK_EQ(r.error(), invalid_argument);
    }
}

TEST(theft, other_trigger) {
    CHECK_EQ(
        invoke(slot_irq_control, label::irq_issue_handler_trigger, caps(root), 34, 1, slot(), depth)
            .error(),
        invalid_argument);
    CHECK_EQ(
        invoke(slot_irq_control, label::irq_issue_handler_trigger, caps(root), 34, 0, slot(), depth)
            .error(),
        no_error);
}

TEST(theft, untypeds_are_what_was_granted) {
    // The machine of boot_kernel.py: RAM, two device pages, a pool, another node's log, status.
    const struct {
        Word base, end;
    } granted[] = {
        {0x44000000, 0x48000000},
        {0x9000000,  0x9001000 },
        {0x9010000,  0x9011000 },
        {0x50000000, 0x50201000},
        {0x60000000, 0x60001000}
    };
    for (Word i = 0; i < info->untyped.end - info->untyped.start; i++) {
        const auto& u = info->untyped_list[i];
        bool inside = false;
        for (const auto& g : granted)
            inside = inside || (u.paddr >= g.base && u.paddr + (Word{1} << u.size_bits) <= g.end);
        CHECK(inside);
        CHECK_EQ(u.is_device, u.paddr < 0x44000000 || u.paddr >= 0x48000000);
    }
}

TEST(theft, read_only_range_stays_read_only) {
    Word device = 0;
    for (Word i = 0; i < info->untyped.end - info->untyped.start; i++)
        if (info->untyped_list[i].paddr == 0x50200000) device = info->untyped.start + i;
    CHECK(device);
    const Word sub = slot(), f = slot(), fault_ep = make(object::endpoint);
    CHECK_EQ(retype(device, object::untyped, 12, sub), no_error);
    CHECK_EQ(retype(sub, object::small_page, 0, f), no_error);
    CHECK_EQ(
        invoke(f, label::page_map, caps(slot_vspace), test_address, rights_all, default_attributes)
            .error(),
        no_error);
    const Word value = *reinterpret_cast<volatile Word*>(test_address);
    start(thread([](Word v) { *reinterpret_cast<volatile Word*>(test_address) = v; }, value, 200,
                 fault_ep));
    let_run();
    CHECK_EQ(syscall(sys::nb_recv, fault_ep).info.label(), abi::fault::vm_fault);
    CHECK_EQ(revoke(device), no_error);
}
