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
    s = one_component();
    s.domains[1].ticks = 0;
    EXPECT_EQ(error_of(s), SpecError::domain) << "an end in the middle";
    s = one_component();
    s.domains[0].domain = 256;
    EXPECT_EQ(error_of(s), SpecError::domain);
    s = one_component();
    s.doorbells[0].irq = ~0u;
    EXPECT_EQ(error_of(s), SpecError::none) << "polled";
    s.doorbells[0].irq = 0;
    EXPECT_EQ(error_of(s), SpecError::console) << "an interrupt that is none";
}

/// Each line is one comparison of the reader: without it the spec would be taken, or refused for
/// another reason.
struct Condition {
    const char* what;
    void (*spoil)(SpecImage&);
    SpecError error;
};
// clang-format off
const Condition conditions[] = {
    {"CNode of no bits", [](SpecImage& s) { s.objects[10].size_bits = 0; }, SpecError::object},
    {"CNode too large", [](SpecImage& s) { s.objects[10].size_bits = 21; }, SpecError::object},
    {"frame of no size", [](SpecImage& s) { s.objects[6].size_bits = 13; }, SpecError::object},
    {"untyped too small", [](SpecImage& s) { s.objects[14].type = MKL_OBJ_UNTYPED, s.objects[14].size_bits = 3; }, SpecError::object},
    {"untyped too large", [](SpecImage& s) { s.objects[14].type = MKL_OBJ_UNTYPED, s.objects[14].size_bits = 48; }, SpecError::object},
    {"table of level 0", [](SpecImage& s) { s.objects[2].extra = 0; }, SpecError::object},
    {"table of level 4", [](SpecImage& s) { s.objects[4].extra = 4; }, SpecError::object},
    {"thread without data", [](SpecImage& s) { s.objects[9].extra = 1; }, SpecError::object},
    {"type 0", [](SpecImage& s) { s.objects[14].type = 0; }, SpecError::object},
    {"name outside", [](SpecImage& s) { s.objects[14].name = 10000; }, SpecError::object},
    {"table at an address", [](SpecImage& s) { s.objects[1].paddr = 0x70000000; }, SpecError::object},
    {"slots outside", [](SpecImage& s) { s.objects[13].slot_count = 2; }, SpecError::slot},
    {"fills outside", [](SpecImage& s) { s.objects[8].fill_count = 2; }, SpecError::fill},

    {"interrupt's second slot", [](SpecImage& s) { s.slots[16].slot = 1; }, SpecError::slot},
    {"interrupt to a frame", [](SpecImage& s) { s.slots[16].object = 0; }, SpecError::slot},
    {"table entry 1024", [](SpecImage& s) { s.slots[3].slot = 1024; }, SpecError::slot},
    {"frame in the root table", [](SpecImage& s) { s.slots[0].object = 5; }, SpecError::slot},
    {"thread in a table", [](SpecImage& s) { s.slots[3].object = 9; }, SpecError::slot},
    {"slot of an SGI", [](SpecImage& s) { s.objects[14].slot_count = 1; }, SpecError::slot},
    {"buffer that is none", [](SpecImage& s) { s.slots[10].object = 10; }, SpecError::slot},
    {"bound to a frame", [](SpecImage& s) { s.slots[11].object = 0; }, SpecError::slot},
    {"faults to a frame", [](SpecImage& s) { s.slots[11] = {MKL_TCB_SLOT_FAULT_EP, 0, 3, 0, 0, 0}; }, SpecError::slot},
    {"time from a frame", [](SpecImage& s) { s.slots[11] = {MKL_TCB_SLOT_SC, 0, 3, 0, 0, 0}; }, SpecError::slot},
    {"reply by a frame", [](SpecImage& s) { s.slots[11] = {MKL_TCB_SLOT_REPLY, 0, 3, 0, 0, 0}; }, SpecError::slot},
    {"no slot of a thread", [](SpecImage& s) { s.slots[11].slot = 99; }, SpecError::slot},

    {"ring in a large frame", [](SpecImage& s) { s.objects[8].size_bits = 21; }, SpecError::fill},
    {"ring in the middle", [](SpecImage& s) { s.fills[2].dest_offset = 8; }, SpecError::fill},
    {"embedded in a large frame", [](SpecImage& s) { s.objects[5].size_bits = 21; }, SpecError::fill},
    {"embedded and copied", [](SpecImage& s) { s.objects[5].fill_count = 2; }, SpecError::fill},
    {"embedded half a page on", [](SpecImage& s) { s.fills[0].data += 0x800; }, SpecError::fill},
    {"embedded behind the end", [](SpecImage& s) { s.fills[0].data += 2 * MKL_PAGE_SIZE, s.fills[0].length = 0; }, SpecError::fill},
    {"embedded at an address", [](SpecImage& s) { s.objects[0].fill_count = 1; }, SpecError::fill},
    {"fill of no kind", [](SpecImage& s) { s.fills[1].kind = 9; }, SpecError::fill},
    {"nothing behind the frame", [](SpecImage& s) { s.fills[1].dest_offset = 0x2000, s.fills[1].length = 0; }, SpecError::fill},
    {"fill of a CNode", [](SpecImage& s) { s.objects[10].first_fill = s.objects[10].fill_count = 1; }, SpecError::fill},

    {"maximal priority", [](SpecImage& s) { s.tcbs[0].max_priority = 256; }, SpecError::tcb},
    {"domain", [](SpecImage& s) { s.tcbs[0].domain = 256; }, SpecError::tcb},
    {"no CSpace", [](SpecImage& s) { s.slots[8] = s.slots[9]; }, SpecError::tcb},
    {"no address space", [](SpecImage& s) { s.slots[9] = s.slots[8]; }, SpecError::tcb},

    {"console in a large frame", [](SpecImage& s) { s.consoles[0].frame = s.add(MKL_OBJ_FRAME, "big", 21); }, SpecError::console},
    {"console's name", [](SpecImage& s) { s.consoles[0].name = 10000; }, SpecError::console},
    {"a log", [](SpecImage& s) { s.logs.push_back({0x61000000, MKL_PAGE_SIZE, 1, 0}); }, SpecError::none},
    {"log's name", [](SpecImage& s) { s.logs.push_back({0x61000000, MKL_PAGE_SIZE, 1, 10000}); }, SpecError::console},
    {"log not at a page", [](SpecImage& s) { s.logs.push_back({0x61000008, MKL_PAGE_SIZE, 1, 0}); }, SpecError::console},
    {"log of half a page", [](SpecImage& s) { s.logs.push_back({0x61000000, 0x800, 1, 0}); }, SpecError::console},
    {"log of nothing", [](SpecImage& s) { s.logs.push_back({0x61000000, 0, 1, 0}); }, SpecError::console},
    {"log too large", [](SpecImage& s) { s.logs.push_back({0x61000000, 0x11000, 1, 0}); }, SpecError::console},
    {"a peer", [](SpecImage& s) { s.peers.push_back({0x62000000, 1, 0}); }, SpecError::none},
    {"peer's name", [](SpecImage& s) { s.peers.push_back({0x62000000, 1, 10000}); }, SpecError::console},
    {"peer not at a page", [](SpecImage& s) { s.peers.push_back({0x62000008, 1, 0}); }, SpecError::console},
    {"doorbell's name", [](SpecImage& s) { s.doorbells[0].name = 10000; }, SpecError::console},
    {"doorbell not at a page", [](SpecImage& s) { s.doorbells[0].page += 8; }, SpecError::console},
    {"doorbell without interrupt", [](SpecImage& s) { s.doorbells[0].irq = 11; }, SpecError::console},
    {"bell for a frame", [](SpecImage& s) { s.bells[0].notification = 0; }, SpecError::console},
};
// clang-format on

TEST(Spec, EachConditionIsNeeded) {
    for (const Condition& c : conditions) {
        SpecImage s = one_component();
        c.spoil(s);
        EXPECT_EQ(error_of(s), c.error) << c.what;
    }
}

/// After `spoil` of the header, with a right checksum.
template <class Spoil>
SpecError spoiled(Spoil spoil) {
    auto bytes = one_component().bytes();
    mkl_spec_header h;
    std::memcpy(&h, bytes.data(), sizeof h);
    spoil(h);
    std::memcpy(bytes.data(), &h, sizeof h);
    SpecImage::seal(bytes);
    return error_of(bytes);
}

TEST(Spec, TheHeaderIsChecked) {
    EXPECT_EQ(spoiled([](mkl_spec_header& h) { h.magic++; }), SpecError::magic);
    EXPECT_EQ(spoiled([](mkl_spec_header& h) { h.version++; }), SpecError::version);
    EXPECT_EQ(spoiled([](mkl_spec_header& h) { h.tables_size = sizeof h - 8; }),
              SpecError::truncated);
    EXPECT_EQ(spoiled([](mkl_spec_header& h) { h.tables_size = h.total_size + 8; }),
              SpecError::truncated);
    EXPECT_EQ(spoiled([](mkl_spec_header& h) { h.fault_endpoint = 0; }), SpecError::console);
    EXPECT_EQ(spoiled([](mkl_spec_header& h) { h.fault_endpoint = 99; }), SpecError::console);
    const auto bytes = one_component().bytes();
    Spec spec;
    EXPECT_EQ(open_spec(bytes.data(), sizeof(mkl_spec_header) - 1, MKL_ABI_AARCH64_CLASSIC, 0, spec)
                  .error,
              SpecError::truncated);
}

TEST(Spec, EveryTableMustLieInside) {
    for (const auto table :
         {&mkl_spec_header::objects, &mkl_spec_header::slots, &mkl_spec_header::fills,
          &mkl_spec_header::tcbs, &mkl_spec_header::names, &mkl_spec_header::consoles,
          &mkl_spec_header::logs, &mkl_spec_header::peers, &mkl_spec_header::doorbells,
          &mkl_spec_header::bells}) {
        const auto with = [&](uint32_t offset, uint32_t count) {
            return spoiled([&](mkl_spec_header& h) { h.*table = {offset, count}; });
        };
        EXPECT_EQ(with(sizeof(mkl_spec_header) - 8, 0), SpecError::table);
        EXPECT_EQ(with(sizeof(mkl_spec_header) + 4, 0), SpecError::table);
        EXPECT_EQ(with(0x2000, 0), SpecError::table);
        EXPECT_EQ(with(sizeof(mkl_spec_header), 0x10000), SpecError::table);
    }
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
