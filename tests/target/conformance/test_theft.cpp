// SPDX-License-Identifier: BSD-2-Clause
// What the boot record does not grant is refused, with the error seL4 would give for a thing that
// is taken. These tests are about the built-in kernel; on seL4 the initialiser has to do it.
#include "suite.hpp"

using namespace suite;

TEST(theft, foreign_interrupt) {
    for (Word irq : foreign_lines) {
        CHECK_EQ(invoke(slot_irq_control, label::irq_issue_handler, caps(root), irq, slot(), depth)
                     .error(),
                 revoke_first);
        CHECK_EQ(invoke(slot_irq_control, label::irq_issue_handler_trigger, caps(root), irq, 0,
                        slot(), depth)
                     .error(),
                 revoke_first);
    }
}

TEST(theft, private_lines) {
    // Signals that the record does not list, and the CPU's own lines, the timer's among them.
    for (Word id = 0; id < private_lines; id++) {
        if (id == signal_irq) continue;
        CHECK_EQ(invoke(slot_irq_control, label::irq_issue_handler, caps(root), id, slot(), depth)
                     .error(),
                 revoke_first);
    }
}

TEST(theft, foreign_sgi_target) {
    const Word pairs[][2] = {
        {signal_id + 1, 0          },
        {signal_id,     1          },
        {signal_id,     7          },
        {2,             0          },
        {15,            3          },
        {signal_id,     0x100000000}
    };
    for (const auto& p : pairs) {
        const Result r =
            invoke(slot_irq_control, signal_label, caps(root), p[0], p[1], slot(), depth);
        CHECK_EQ(r.error(), invalid_argument);
    }
}

TEST(theft, other_trigger) {
    CHECK_EQ(invoke(slot_irq_control, label::irq_issue_handler_trigger, caps(root), device_line, 1,
                    slot(), depth)
                 .error(),
             invalid_argument);
    CHECK_EQ(invoke(slot_irq_control, label::irq_issue_handler_trigger, caps(root), device_line, 0,
                    slot(), depth)
                 .error(),
             no_error);
}

TEST(theft, untypeds_are_what_was_granted) {
    for (Word i = 0; i < info->untyped.end - info->untyped.start; i++) {
        const auto& u = info->untyped_list[i];
        bool inside = false;
        for (const Range& g : granted)
            inside = inside || (u.paddr >= g.base && u.paddr + (Word{1} << u.size_bits) <= g.end);
        CHECK(inside);
        CHECK_EQ(u.is_device, u.paddr < granted[0].base || u.paddr >= granted[0].end);
    }
    // All of each device range, the console's page among them.
    for (const Range& g : granted) {
        if (g.base == granted[0].base) continue;
        Word size = 0;
        for (Word i = 0; i < info->untyped.end - info->untyped.start; i++) {
            const auto& u = info->untyped_list[i];
            if (u.paddr >= g.base && u.paddr < g.end) size += Word{1} << u.size_bits;
        }
        CHECK_EQ(size, g.end - g.base);
    }
}

TEST(theft, nothing_beyond_a_device_page) {
    Word device = 0;
    for (Word i = 0; i < info->untyped.end - info->untyped.start; i++) {
        const auto& u = info->untyped_list[i];
        if (u.is_device && u.size_bits == 12) device = info->untyped.start + i;
    }
    CHECK(device);
    CHECK_EQ(retype(device, object::small_page, 0, slot(), 2), not_enough_memory);
    CHECK_EQ(retype(device, object::large_page, 0, slot()), not_enough_memory);
    // Devices are mapped, never the kernel's memory.
    CHECK_EQ(retype(device, object::tcb, 0, slot()), invalid_argument);
    CHECK_EQ(retype(device, object::cnode, 1, slot()), invalid_argument);
    CHECK_EQ(retype(device, object::page_table, 0, slot()), invalid_argument);
}

TEST(theft, read_only_range_stays_read_only) {
    Word device = 0;
    for (Word i = 0; i < info->untyped.end - info->untyped.start; i++)
        if (info->untyped_list[i].paddr == read_only_range) device = info->untyped.start + i;
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
