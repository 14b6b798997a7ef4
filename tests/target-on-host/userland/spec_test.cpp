// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/user/spec.hpp"

#include <gtest/gtest.h>

#include "spec_image.hpp"

namespace mkl::user {
namespace {

using test::one_component;
using test::SpecImage;

SpecError error_of(const std::vector<uint8_t>& bytes) {
    Spec spec;
    return open_spec(bytes.data(), bytes.size(), MKL_ABI_AARCH64_CLASSIC, 0, spec).error;
}
SpecError error_of(const SpecImage& image) { return error_of(image.bytes()); }

TEST(Spec, OpensWhatIsRight) {
    const auto bytes = one_component().bytes();
    Spec spec;
    ASSERT_EQ(open_spec(bytes.data(), bytes.size(), MKL_ABI_AARCH64_CLASSIC, 0, spec).error,
              SpecError::none);
    ASSERT_EQ(spec.objects.size, 15u);
    EXPECT_STREQ(spec.name(spec.objects[5].name), "text");
    EXPECT_EQ(spec.slots_of(spec.objects[9]).size, 4u);
    EXPECT_EQ(spec.bytes(spec.fills[0].data)[0], 0x5a);
}

TEST(Spec, RefusesWhatDoesNotBelongHere) {
    const auto bytes = one_component().bytes();
    Spec spec;
    EXPECT_EQ(open_spec(bytes.data(), bytes.size(), MKL_ABI_AARCH64_MCS, 0, spec).error,
              SpecError::abi);
    EXPECT_EQ(open_spec(bytes.data(), bytes.size(), MKL_ABI_AARCH64_CLASSIC, 1, spec).error,
              SpecError::node);
    EXPECT_EQ(open_spec(bytes.data(), bytes.size() - 1, MKL_ABI_AARCH64_CLASSIC, 0, spec).error,
              SpecError::truncated);
    EXPECT_EQ(spec.header, nullptr);
}

TEST(Spec, RefusesEachWrongPart) {
    SpecImage s = one_component();
    s.objects[0].paddr |= 0x800;
    EXPECT_EQ(error_of(s), SpecError::object) << "unaligned address";
    s = one_component();
    s.objects[1].type = 99;
    EXPECT_EQ(error_of(s), SpecError::object) << "unknown type";
    s = one_component();
    s.objects[5].paddr = 0x50000000;
    EXPECT_EQ(error_of(s), SpecError::order) << "fixed address behind a free one";
    s = one_component();
    s.slots[0].object = 99;
    EXPECT_EQ(error_of(s), SpecError::slot) << "object out of range";
    s = one_component();
    s.slots[12].slot = 8;
    EXPECT_EQ(error_of(s), SpecError::slot) << "beyond a CNode of 3 bits";
    s = one_component();
    s.slots[1].object = 2;
    EXPECT_EQ(error_of(s), SpecError::slot) << "a table in itself";
    s = one_component();
    s.fills[1].dest_offset = 0xff1;
    EXPECT_EQ(error_of(s), SpecError::fill) << "over the frame's end";
    s = one_component();
    s.fills[0].data += MKL_PAGE_SIZE * 2;
    EXPECT_EQ(error_of(s), SpecError::fill) << "data behind the spec";
    s = one_component();
    s.fills[1].length = ~0ull;
    EXPECT_EQ(error_of(s), SpecError::fill) << "length that wraps";
    s = one_component();
    s.tcbs[0].priority = 256;
    EXPECT_EQ(error_of(s), SpecError::tcb);
    s = one_component();
    s.slots[8].slot = MKL_TCB_SLOT_VSPACE;
    EXPECT_EQ(error_of(s), SpecError::slot) << "a CNode as address space";
    s = one_component();
    s.names.back() = 'x';
    EXPECT_EQ(error_of(s), SpecError::name);
    s = one_component();
    s.consoles[0].frame = 1;
    EXPECT_EQ(error_of(s), SpecError::console);
    s = one_component();
    s.console_notification = 0;
    EXPECT_EQ(error_of(s), SpecError::console);
    s = one_component();
    s.bells[0].word = 512;
    EXPECT_EQ(error_of(s), SpecError::console) << "a word behind the doorbell page";
    s = one_component();
    s.doorbells[0].bell_count = 2;
    EXPECT_EQ(error_of(s), SpecError::console) << "bells that are not there";
}

TEST(Spec, NoticesEveryFlippedBitOfItsTables) {
    const auto good = one_component().bytes();
    mkl_spec_header h;
    std::memcpy(&h, good.data(), sizeof h);
    for (uint64_t at = 0; at < h.tables_size; at++) {
        auto bad = good;
        bad[at] ^= 0x10;
        EXPECT_NE(error_of(bad), SpecError::none) << at;
    }
}

/// With the checksum made right again: may be refused or not, but is never read out of bounds
/// (the sanitizer build is the judge), and what is accepted can be walked.
TEST(Spec, SurvivesHostileTables) {
    const auto good = one_component().bytes();
    mkl_spec_header h;
    std::memcpy(&h, good.data(), sizeof h);
    unsigned refused = 0;
    for (uint64_t at = 0; at < h.tables_size; at++) {
        for (const unsigned value : {0x00u, 0x01u, 0x7fu, 0x80u, 0xffu}) {
            std::vector<uint8_t> bad(good);
            bad[at] = static_cast<uint8_t>(value);
            SpecImage::seal(bad);
            Spec spec;
            if (open_spec(bad.data(), bad.size(), MKL_ABI_AARCH64_CLASSIC, 0, spec).error !=
                SpecError::none) {
                refused++;
                continue;
            }
            size_t sum = 0;
            for (const auto& o : spec.objects) {
                sum += std::strlen(spec.name(o.name));
                for (const auto& s : spec.slots_of(o)) sum += spec.objects[s.object].type;
                for (const auto& f : spec.fills_of(o))
                    if (f.kind != MKL_FILL_RING && f.length > 0)
                        sum += spec.bytes(f.data)[f.length - 1];
            }
            EXPECT_GT(sum, 0u);
        }
    }
    EXPECT_GT(refused, 1000u);
}

}  // namespace
}  // namespace mkl::user
