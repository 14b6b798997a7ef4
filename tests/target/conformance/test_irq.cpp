// SPDX-License-Identifier: BSD-2-Clause
// Interrupts. What the test machine grants stands in
// suite_arch.hpp; the PL031 of QEMU's Arm machine is line 34.
#include "suite.hpp"

using namespace suite;

namespace {

constexpr Word rtc_line = 34, rtc_address = 0x9010000;

Word handler(Word irq) {
    const Word h = slot();
    CHECK_EQ(invoke(slot_irq_control, label::irq_issue_handler, caps(root), irq, h, depth).error(),
             no_error);
    return h;
}

}  // namespace

TEST(irq, get_handler) {
    const Word h = handler(device_line);
    CHECK_EQ(identify(h), tag_irq_handler);
    // Taken now, free again when the handler is deleted.
    CHECK_EQ(
        invoke(slot_irq_control, label::irq_issue_handler, caps(root), device_line, slot(), depth)
            .error(),
        revoke_first);
    const Word c = copy(h);
    CHECK_EQ(remove(h), no_error);
    CHECK_EQ(
        invoke(slot_irq_control, label::irq_issue_handler, caps(root), device_line, slot(), depth)
            .error(),
        revoke_first);
    CHECK_EQ(remove(c), no_error);
    handler(device_line);
}

TEST(irq, get_errors) {
    const Word ep = make(object::endpoint);
    CHECK_EQ(invoke(slot_irq_control, label::irq_issue_handler, caps(root), device_line, ep, depth)
                 .error(),
             delete_first);
    CHECK_EQ(
        invoke(slot_irq_control, label::irq_issue_handler, caps(root), device_line, slot()).error(),
        truncated_message);
    CHECK_EQ(
        invoke(slot_irq_control, label::irq_issue_handler, caps(root), 5000, slot(), depth).error(),
        range_error);
    CHECK_EQ(
        invoke(slot_irq_control, label::irq_issue_handler, caps(ep), device_line, slot(), depth)
            .error(),
        failed_lookup);
    // The kernel's own timer, where it is a line like others.
    if (timer_line) {
        CHECK_EQ(invoke(slot_irq_control, label::irq_issue_handler, caps(root), timer_line, slot(),
                        depth)
                     .error(),
                 revoke_first);
    }
    CHECK_EQ(invoke(slot_irq_control, label::tcb_suspend, caps(root), device_line, slot(), depth)
                 .error(),
             illegal_operation);
}

TEST(irq, set_and_clear_handler) {
    const Word h = handler(device_line), n = make(object::notification);
    CHECK_EQ(invoke(h, label::irq_set_handler, caps(n)).error(), no_error);
    CHECK_EQ(invoke(h, label::irq_clear_handler, caps()).error(), no_error);
    Result r = invoke(h, label::irq_set_handler, caps(make(object::endpoint)));
    CHECK_EQ(r.error(), invalid_capability);
    CHECK_EQ(r.mr[0], 0);
    CHECK_EQ(invoke(h, label::irq_set_handler, caps(copy(n, can_read))).error(),
             invalid_capability);
    CHECK_EQ(invoke(h, label::irq_set_handler, caps()).error(), truncated_message);
    CHECK_EQ(invoke(h, label::irq_ack, caps()).error(), no_error);
    CHECK_EQ(invoke(h, label::tcb_suspend, caps()).error(), illegal_operation);
}

TEST(irq, real_device) {
    Word device = 0;
    for (Word i = 0; i < info->untyped.end - info->untyped.start; i++)
        if (info->untyped_list[i].paddr == rtc_address) device = info->untyped.start + i;
    if (!device) return;  // a kernel whose untypeds are cut otherwise
    const Word f = slot();
    CHECK_EQ(retype(device, object::small_page, 0, f), no_error);
    CHECK_EQ(invoke(f, label::page_map, caps(slot_vspace), test_address, rights_all, 0).error(),
             no_error);
    auto* rtc = reinterpret_cast<volatile uint32_t*>(test_address);
    const Word h = handler(rtc_line), n = make(object::notification);
    CHECK_EQ(invoke(h, label::irq_set_handler, caps(mint(n, 9))).error(), no_error);
    rtc[1] = rtc[0] + 1;  // RTCMR, match
    rtc[4] = 1;           // RTCIMSC
    CHECK_EQ(wait(n), 9);
    rtc[7] = 1;  // RTCICR
    CHECK_EQ(invoke(h, label::irq_ack, caps()).error(), no_error);
    CHECK_EQ(poll(n), 0);
    rtc[4] = 0;
    CHECK_EQ(revoke(device), no_error);
}
