// SPDX-License-Identifier: BSD-2-Clause
// Cache maintenance calls and memory attributes, which only Arm has.
#include "suite.hpp"

using namespace suite;

namespace {

Word map(Word frame, Word vspace, Word address, Word rights = rights_all,
         Word attributes = default_attributes) {
    return invoke(frame, label::page_map, caps(vspace), address, rights, attributes).error();
}
volatile Word& at(Word address) { return *reinterpret_cast<volatile Word*>(address); }

}  // namespace

TEST(frame, uncached_sees_the_same_bytes) {
    const Word f = make(object::small_page), c = copy(f);
    CHECK_EQ(map(f, slot_vspace, test_address), no_error);
    at(test_address) = 0x77;
    CHECK_EQ(invoke(f, label::page_clean_invalidate_data, caps(), 0, 4096).error(), no_error);
    CHECK_EQ(map(c, slot_vspace, test_address + 0x1000, rights_all, 0), no_error);
    CHECK_EQ(at(test_address + 0x1000), 0x77);
}

TEST(frame, cache_operation_arguments) {
    const Word f = make(object::small_page);
    CHECK_EQ(invoke(f, label::page_clean_data, caps(), 0, 64).error(), illegal_operation);
    CHECK_EQ(map(f, slot_vspace, test_address), no_error);
    for (Word l = label::page_clean_data; l <= label::page_unify_instruction; l++) {
        CHECK_EQ(invoke(f, l, caps(), 0, 4096).error(), no_error);
        CHECK_EQ(invoke(f, l, caps(), 64, 64).error(), invalid_argument);
        CHECK_EQ(invoke(f, l, caps(), 4096, 4097).error(), invalid_argument);
        CHECK_EQ(invoke(f, l, caps(), 0, 4097).error(), invalid_argument);
        CHECK_EQ(invoke(f, l, caps(), 0).error(), truncated_message);
    }
}

TEST(vspace, cache_operation_arguments) {
    const Word f = make(object::small_page);
    CHECK_EQ(map(f, slot_vspace, test_address), no_error);
    for (Word l = label::vspace_clean_data; l <= label::vspace_unify_instruction; l++) {
        CHECK_EQ(invoke(slot_vspace, l, caps(), test_address, test_address + 64).error(), no_error);
        CHECK_EQ(invoke(slot_vspace, l, caps(), test_address + 64, test_address).error(),
                 invalid_argument);
        CHECK_EQ(invoke(slot_vspace, l, caps(), test_address, test_address + 0x1001).error(),
                 range_error);
    }
}
