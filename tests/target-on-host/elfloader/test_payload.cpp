// SPDX-License-Identifier: BSD-2-Clause
// Each fault that a payload table can have, by the line the loader prints; and hostile tables.
#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <random>

#include "payload_builder.hpp"

namespace mkl::loader::test {
namespace {

TEST(Payload, GoodOneIsAccepted) {
    PayloadBuilder b;
    Payload p;
    EXPECT_EQ(verdict(b, &p), "");
    ASSERT_EQ(p.nodes.count, 2u);
    for (const mkl_payload_entry& e : p.entries) EXPECT_TRUE(verify_entry(p, e).ok());
}

struct Case {
    const char* name;
    std::function<void(PayloadBuilder&)> spoil;
    const char* expected;
};

// clang-format off
const Case cases[] = {
    {"ParamsMagic", [](auto& b) { b.params.magic++; },
     "loader parameters: not for this loader"},
    {"ParamsArch", [](auto& b) { b.params.arch = 2; }, "loader parameters: not for this loader"},
    {"RunBaseNotAligned", [](auto& b) { b.params.run_base += 0x1000; },
     "loader parameters: bad place to run"},
    {"FootprintWraps", [](auto& b) { b.params.footprint = ~uint64_t{0}; },
     "loader parameters: bad place to run"},
    {"ScratchOutside", [](auto& b) { b.params.scratch_offset = 0x300000; },
     "loader parameters: parts do not fit the footprint"},
    {"PayloadOverScratch", [](auto& b) { b.params.scratch_offset = 0x11000; },
     "loader parameters: parts do not fit the footprint"},
    {"PayloadOverImage", [](auto& b) { b.params.payload_offset = 0xf000; },
     "loader parameters: parts do not fit the footprint"},
    {"Magic", [](auto& b) { b.header.magic++; }, "mkl.payload: not a payload table"},
    {"Major", [](auto& b) { b.header.major = 2; }, "mkl.payload: version not known"},
    {"NoNodes", [](auto& b) { b.nodes.clear(); b.node_ram.clear(); },
     "mkl.payload: number of nodes"},
    {"NodeId", [](auto& b) { b.nodes[1].id = 0; }, "node1: wrong node id"},
    {"NodeNameNotEnded", [](auto& b) { std::memset(b.nodes[0].name, 'a', MKL_NAME_SIZE); },
     "mkl.payload: a node has no readable name"},
    {"NodeEntriesOutside", [](auto& b) { b.nodes[1].entries.count = 3; },
     "node1: entries reach outside their table"},
    {"EntryOfOther", [](auto& b) { b.entries[2].node = 0; },
     "node1/kernel.elf: entry of another node"},
    {"EntryNameEscape", [](auto& b) { b.entries[0].name[2] = '\x1b'; },
     "mkl.payload: an entry has no readable name"},
    {"EntryOutside", [](auto& b) { b.entries[3].size = 0x10000; },
     "node1/boot-record.bin: data reaches outside the payload"},
    {"EntryOffsetWraps", [](auto& b) { b.entries[3].offset = ~uint64_t{63}; },
     "node1/boot-record.bin: data reaches outside the payload"},
    {"EntryUnaligned", [](auto& b) { b.entries[0].offset += 4; },
     "node0/kernel.elf: data reaches outside the payload"},
    {"SegmentSliceOutside", [](auto& b) { b.entries[3].segments.count = 2; },
     "node1/boot-record.bin: segments reach outside their table"},
    {"SegmentBeyondData", [](auto& b) { b.segments[0].file_size = 0x71; },
     "node0/kernel.elf: segment reaches outside its data"},
    {"SegmentFileLargerThanMemory", [](auto& b) { b.segments[0].memory_size = 0x60; },
     "node0/kernel.elf: segment reaches outside its data"},
    {"SegmentOffsetWraps", [](auto& b) { b.segments[0].offset = ~uint64_t{7}; },
     "node0/kernel.elf: segment reaches outside its data"},
    {"SegmentOutsideRam", [](auto& b) { b.segments[0].dest = 0x40200000; },
     "node0/kernel.elf: segment is outside the node's RAM"},
    {"SegmentInOtherNode", [](auto& b) { b.segments[0].dest = 0x40100000; },
     "node0/kernel.elf: segment is outside the node's RAM"},
    {"SegmentWraps", [](auto& b) { b.segments[0].memory_size = ~uint64_t{0}; },
     "node0/kernel.elf: segment is outside the node's RAM"},
    {"SegmentsOverlap", [](auto& b) { b.segments[1].dest = b.segments[0].dest + 0x800; },
     "node0/kernel.elf: segment overlaps another"},
    {"RamUnsorted", [](auto& b) { b.ram = {{0x50000000, 0x1000}, {0x40000000, 0x1000}}; },
     "mkl.payload: ranges are not sorted and disjoint"},
    {"ClaimNotRam", [](auto& b) { b.claims.push_back({0x80000000, 0x1000}); },
     "claim: is not RAM"},
    {"LoaderElsewhere", [](auto& b) { b.header.loader.base += 0x200000; },
     "loader: is not where the plan has it"},
    {"StatusOverLoader", [](auto& b) { b.header.status.base = 0x4a000000; },
     "status pages: overlaps what precedes it"},
    {"StatusTooFew", [](auto& b) { b.header.status.size = MKL_PAGE_SIZE; },
     "mkl.payload: one status page per node"},
    {"LogsNotRam", [](auto& b) { b.header.logs.base = 0x60000000; }, "logs: is not RAM"},
    {"PoolNotRam", [](auto& b) { b.zeros[0].base = 0x60000000; }, "shared pool: is not RAM"},
    {"PoolOverLoader", [](auto& b) { b.zeros[0].base = 0x4a000000; },
     "loader: overlaps a shared pool"},
    {"NodeOverPool", [](auto& b) { b.zeros[0].base = 0x40001000; },
     "node0: overlaps a shared pool"},
    {"NodeOverLoader", [](auto& b) { b.node_ram[0].push_back({0x4a000000, 0x1000}); },
     "node0: overlaps the loader"},
    {"NodeNotRam", [](auto& b) { b.node_ram[0].push_back({0x50000000, 0x1000}); },
     "node0: is not RAM"},
    {"NodeOverNode", [](auto& b) { b.node_ram[1][0].base = 0x400ff000; },
     "node1: has RAM of another node"},
    {"SameCpu", [](auto& b) { b.nodes[1].hwid = 0; }, "node1: has the CPU of another node"},
    {"StatusOfOther", [](auto& b) { b.nodes[1].status = b.nodes[0].status; },
     "node1: status page is another one's"},
    {"LogOutside", [](auto& b) { b.nodes[1].log += MKL_PAGE_SIZE; },
     "node1: log is outside the logs"},
    {"Protocol", [](auto& b) { b.nodes[0].protocol = 9; }, "node0: protocol not known"},
    {"KernelOutside", [](auto& b) { b.nodes[0].kernel_end = 0x40200000; },
     "node0: kernel is outside the node's RAM"},
    {"EntryPointOutside", [](auto& b) { b.nodes[0].kernel_entry = 0x40001000; },
     "node0: entry point is outside the kernel"},
    {"RecordOutside", [](auto& b) { b.nodes[0].boot_record = 0x40100000; },
     "node0: boot record is outside the node's RAM"},
    {"InterruptTwice", [](auto& b) { b.interrupts[1].id = 33; }, "mkl.payload: bad interrupt"},
    {"InterruptOfNobody", [](auto& b) { b.interrupts[1].node = 2; }, "mkl.payload: bad interrupt"},
    {"ControllerRegions", [](auto& b) { b.header.intc.region_count = 5; },
     "mkl.payload: interrupt controller regions"},
    {"LoadableUnderSegment",
     [](auto& b) {
         b.entries[0].offset = not_in_archive;
         b.entries[0].address = 0x40100000;
     },
     "node0/kernel.elf: loadable lies under a segment"},
    {"LoadableInLoader",
     [](auto& b) {
         b.entries[0].offset = not_in_archive;
         b.entries[0].address = 0x4a000000;
     },
     "node0/kernel.elf: overlaps the loader"},
    {"LoadableInScratch",
     [](auto& b) {
         b.entries[0].offset = not_in_archive;
         b.entries[0].address = 0x4a000000 + 0x300000 - 8;
     },
     "node0/kernel.elf: overlaps the loader"},
};

// clang-format on

class BadPayload : public testing::TestWithParam<Case> {};

TEST_P(BadPayload, IsRefusedWithThisLine) {
    PayloadBuilder b;
    GetParam().spoil(b);
    EXPECT_EQ(verdict(b), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(All, BadPayload, testing::ValuesIn(cases),
                         [](const auto& i) { return std::string{i.param.name}; });

TEST(Payload, EveryBitOfTheTableIsHashed) {
    PayloadBuilder b;
    b.seal();
    for (uint64_t at = 0; at < b.table_size(); at++) {
        b.table()[at] ^= 1;
        Payload p;
        EXPECT_EQ(open_payload(b.params, b.archive.data(), MKL_ARCH_AARCH64, p).status,
                  MKL_STATUS_HASH);
        b.table()[at] ^= 1;
    }
}

TEST(Payload, EveryBitOfAnEntryIsHashed) {
    PayloadBuilder b;
    Payload p;
    ASSERT_EQ(verdict(b, &p), "");
    const mkl_payload_entry& e = p.entries[2];
    for (uint64_t at = 0; at < e.size; at++) {
        b.archive[e.offset + at] ^= 0x80;
        EXPECT_EQ(verify_entry(p, e).status, MKL_STATUS_HASH);
        b.archive[e.offset + at] ^= 0x80;
    }
}

// Whatever the table says under a right hash: refused, or every reference stays inside. The
// sanitizers see the rest.
TEST(Payload, HostileTablesStayInside) {
    std::mt19937_64 random{1};
    int accepted = 0;
    for (int round = 0; round < 1000; round++) {
        PayloadBuilder b;
        b.seal();
        const int changes = 1 + static_cast<int>(random() % 4);
        for (int i = 0; i < changes; i++) {
            const uint64_t at = random() % (b.table_size() / 4) * 4;
            uint32_t value = 0;
            switch (random() % 4) {
            case 0:
                value = static_cast<uint32_t>(random());
                break;
            case 1:
                value = ~0u;
                break;
            case 2:
                value = static_cast<uint32_t>(random() % 512);
                break;
            default:
                std::memcpy(&value, b.table() + at, 4);
                value ^= 1u << random() % 32;
            }
            std::memcpy(b.table() + at, &value, 4);
        }
        b.reseal();
        Payload p;
        if (!open_payload(b.params, b.archive.data(), MKL_ARCH_AARCH64, p).ok()) continue;
        if (!check_plan(p).ok()) continue;
        accepted++;
        for (const mkl_payload_node& n : p.nodes)
            for (const mkl_payload_entry& e : p.entries_of(n))
                if (e.offset != not_in_archive) (void)verify_entry(p, e);
    }
    EXPECT_GT(accepted, 10);  // the test reaches the accepting path at all
}

}  // namespace
}  // namespace mkl::loader::test
