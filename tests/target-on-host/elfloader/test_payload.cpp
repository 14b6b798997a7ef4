// SPDX-License-Identifier: BSD-2-Clause
// Each fault that a payload table can have, by the line the loader prints; and hostile tables.
#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <random>

#include "payload_builder.hpp"
#include "sha256.hpp"

namespace mkl::loader::test {
namespace {

TEST(Payload, GoodOneIsAccepted) {
    PayloadBuilder b;
    Payload p;
    EXPECT_EQ(verdict(b, &p), "");
    ASSERT_EQ(p.nodes.count, 2u);
    for (const mkl_payload_entry& e : p.entries) EXPECT_TRUE(verify_entry(p, e).ok());
}

TEST(Payload, LogsMayBeAbsentAndLoadablesBehindScratch) {
    PayloadBuilder b;
    b.header.logs = {};
    for (mkl_payload_node& n : b.nodes) n.log = 0;
    EXPECT_EQ(verdict(b), "");
    b.entries[0].offset = not_in_archive;
    b.entries[0].address = b.params.run_base + b.params.scratch_offset + b.params.scratch_size;
    EXPECT_EQ(verdict(b), "");
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
    {"ParamsMajor", [](auto& b) { b.params.major++; }, "loader parameters: not for this loader"},
    {"ParamsArch", [](auto& b) { b.params.arch = 2; }, "loader parameters: not for this loader"},
    {"RunBaseNotAligned", [](auto& b) { b.params.run_base += 0x1000; },
     "loader parameters: bad place to run"},
    {"FootprintWraps", [](auto& b) { b.params.footprint = ~uint64_t{0}; },
     "loader parameters: bad place to run"},
    {"NoFootprint", [](auto& b) { b.params.footprint = 0; },
     "loader parameters: bad place to run"},
    {"ImageNotPaged", [](auto& b) { b.params.image_size -= 8; },
     "loader parameters: parts do not fit the footprint"},
    {"PayloadNotPaged", [](auto& b) { b.params.payload_offset += 64; },
     "loader parameters: parts do not fit the footprint"},
    {"ScratchNotPaged", [](auto& b) { b.params.scratch_size -= 64; },
     "loader parameters: parts do not fit the footprint"},
    {"ScratchBeforePayload", [](auto& b) { b.params.payload_offset = 0x300000; },
     "loader parameters: parts do not fit the footprint"},
    {"TableUnaligned", [](auto& b) { b.params.table_offset = 0x84; },
     "loader parameters: table reaches outside the payload"},
    {"ScratchOutside", [](auto& b) { b.params.scratch_offset = 0x300000; },
     "loader parameters: parts do not fit the footprint"},
    {"PayloadOverScratch", [](auto& b) { b.params.scratch_offset = 0x11000; },
     "loader parameters: parts do not fit the footprint"},
    {"PayloadOverImage", [](auto& b) { b.params.payload_offset = 0xf000; },
     "loader parameters: parts do not fit the footprint"},
    {"Magic", [](auto& b) { b.header.magic++; }, "mkl.payload: not a payload table"},
    {"Arch", [](auto& b) { b.header.arch = 2; }, "mkl.payload: not a payload table"},
    {"Major", [](auto& b) { b.header.major = 2; }, "mkl.payload: version not known"},
    {"NoNodes", [](auto& b) { b.nodes.clear(); b.node_ram.clear(); },
     "mkl.payload: number of nodes"},
    {"TooManyNodes",
     [](auto& b) {
         b.nodes.resize(MKL_PAYLOAD_MAX_NODES + 1);
         b.node_ram.resize(MKL_PAYLOAD_MAX_NODES + 1);
     },
     "mkl.payload: number of nodes"},
    {"TooManySegments", [](auto& b) { b.segments.resize(max_segments + 1); },
     "mkl.payload: number of segments"},
    {"NodeWithoutName", [](auto& b) { b.nodes[0].name[0] = '\0'; },
     "mkl.payload: a node has no readable name"},
    {"NodeNameDelete", [](auto& b) { b.nodes[0].name[1] = '\x7f'; },
     "mkl.payload: a node has no readable name"},
    {"NodeCpuInterface", [](auto& b) { b.nodes[1].cpu_number = 0x10000; },
     "node1: bad CPU interface number"},
    {"NodeWithoutRam", [](auto& b) { b.node_ram[1].clear(); },
     "node1: RAM ranges reach outside the table"},
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
    {"SegmentUnaligned", [](auto& b) { b.segments[0].dest += 4; },
     "node0/kernel.elf: segment is not 8-byte aligned"},
    {"SegmentDataUnaligned",
     [](auto& b) {
         b.segments[0].offset = 4;
         b.segments[0].file_size = 8;
     },
     "node0/kernel.elf: segment is not 8-byte aligned"},
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
    {"RamEmpty", [](auto& b) { b.ram.push_back({0x60000000, 0}); },
     "mkl.payload: ranges are not sorted and disjoint"},
    {"RamNotPaged", [](auto& b) { b.ram[0].size += 8; },
     "mkl.payload: ranges are not sorted and disjoint"},
    {"RamWraps", [](auto& b) { b.ram.push_back({~uint64_t{0xfff}, 0x2000}); },
     "mkl.payload: ranges are not sorted and disjoint"},
    {"ClaimsUnsorted", [](auto& b) { std::swap(b.claims[0], b.claims[1]); },
     "mkl.payload: ranges are not sorted and disjoint"},
    {"PoolTwice", [](auto& b) { b.pools.push_back(b.pools[0]); },
     "mkl.payload: ranges are not sorted and disjoint"},
    {"ClaimNotRam", [](auto& b) { b.claims.push_back({0x80000000, 0x1000}); },
     "claim: is not RAM"},
    {"LoaderElsewhere", [](auto& b) { b.header.loader.base += 0x200000; },
     "loader: is not where the plan has it"},
    {"StatusOverLoader", [](auto& b) { b.header.status.base = 0x4a000000; },
     "status pages: overlaps what precedes it"},
    {"StatusNotPaged", [](auto& b) { b.header.status.base += 8; },
     "status pages: is not RAM"},
    {"StatusTooFew", [](auto& b) { b.header.status.size = MKL_PAGE_SIZE; },
     "mkl.payload: one status page per node"},
    {"LogsNotRam", [](auto& b) { b.header.logs.base = 0x60000000; }, "logs: is not RAM"},
    {"ZerosTwice", [](auto& b) { b.zeros.push_back(b.zeros[0]); },
     "mkl.payload: ranges are not sorted and disjoint"},
    {"ZerosBehindPool", [](auto& b) { b.zeros[0].size += 0x2000; },
     "zeros: are in no shared pool"},
    {"PoolNotRam", [](auto& b) { b.pools[0].base = 0x60000000; }, "shared pool: is not RAM"},
    {"PoolOverLoader", [](auto& b) { b.pools[0].base = 0x4a000000; },
     "loader: overlaps a shared pool"},
    {"NodeOverPool",
     [](auto& b) {
         b.pools[0].base = 0x40001000;
         b.zeros.clear();
     },
     "node0: overlaps a shared pool"},
    {"NodeOverLoader", [](auto& b) { b.node_ram[0].push_back({0x4a000000, 0x1000}); },
     "node0: overlaps the loader"},
    {"NodeOverStatus", [](auto& b) { b.node_ram[0].push_back({0x49000000, 0x1000}); },
     "node0: overlaps the status pages"},
    {"NodeOverLogs", [](auto& b) { b.node_ram[0].push_back({0x49010000, 0x1000}); },
     "node0: overlaps the logs"},
    {"NodeRamUnsorted", [](auto& b) { b.node_ram[0].insert(b.node_ram[0].begin(), {0x41000000, 0x1000}); },
     "node0: RAM ranges are not sorted and disjoint"},
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
    {"NoProtocol", [](auto& b) { b.nodes[0].protocol = 0; }, "node0: protocol not known"},
    {"KernelOutside", [](auto& b) { b.nodes[0].kernel_end = 0x40200000; },
     "node0: kernel is outside the node's RAM"},
    {"EntryPointOutside", [](auto& b) { b.nodes[0].kernel_entry = 0x40001000; },
     "node0: entry point is outside the kernel"},
    {"RecordOutside", [](auto& b) { b.nodes[0].boot_record = 0x40100000; },
     "node0: boot record is outside the node's RAM"},
    {"InterruptTwice", [](auto& b) { b.interrupts[1].id = 33; }, "mkl.payload: bad interrupt"},
    {"InterruptTooHigh", [](auto& b) { b.interrupts[1].id = 0x10000; },
     "mkl.payload: bad interrupt"},
    {"InterruptTrigger", [](auto& b) { b.interrupts[1].trigger = MKL_TRIGGER_EDGE + 1; },
     "mkl.payload: bad interrupt"},
    {"InterruptOfNobody", [](auto& b) { b.interrupts[1].node = 2; }, "mkl.payload: bad interrupt"},
    {"ControllerRegions", [](auto& b) { b.header.intc.region_count = 5; },
     "mkl.payload: interrupt controller regions"},
    {"LoadableUnaligned",
     [](auto& b) {
         b.entries[0].offset = not_in_archive;
         b.entries[0].address = 0x44000004;
     },
     "node0/kernel.elf: bad loadable address"},
    {"LoadableWraps",
     [](auto& b) {
         b.entries[0].offset = not_in_archive;
         b.entries[0].address = ~uint64_t{7};
     },
     "node0/kernel.elf: bad loadable address"},
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

/// After `spoil` of the sealed table, which is sealed again; "" or the line.
template <class Spoil>
std::string spoiled(Spoil spoil) {
    PayloadBuilder b;
    b.seal();
    spoil(b, *reinterpret_cast<mkl_payload_header*>(b.table()));
    b.reseal();
    Payload p;
    const Fault f = open_payload(b.params, b.archive.data(), MKL_ARCH_AARCH64, p);
    return f.ok() ? "" : std::string{f.subject} + ": " + f.text;
}

TEST(Payload, EveryTableMustLieInside) {
    const std::string refused = "mkl.payload: a table reaches outside it";
    for (const auto table :
         {&mkl_payload_header::nodes, &mkl_payload_header::entries, &mkl_payload_header::segments,
          &mkl_payload_header::pools, &mkl_payload_header::zeros, &mkl_payload_header::ram,
          &mkl_payload_header::claims, &mkl_payload_header::interrupts}) {
        const auto with = [&](uint32_t offset, uint32_t count) {
            return spoiled([&](auto&, mkl_payload_header& h) { h.*table = {offset, count}; });
        };
        EXPECT_EQ(with(sizeof(mkl_payload_header) - 8, 1), refused);
        EXPECT_EQ(with(sizeof(mkl_payload_header) + 4, 1), refused);
        EXPECT_EQ(with(sizeof(mkl_payload_header), 0x10000), refused);
        EXPECT_EQ(with(~7u, 1), refused);
    }
    EXPECT_EQ(spoiled([](auto&, mkl_payload_header& h) {
                  h.pools = {~0u, 0};
              }),
              "")
        << "an empty table stands nowhere";
}

TEST(Payload, SizesMustAgree) {
    EXPECT_EQ(spoiled([](auto&, mkl_payload_header& h) { h.total_size -= 8; }),
              "mkl.payload: wrong size");
    EXPECT_EQ(spoiled([](PayloadBuilder& b, auto&) { b.params.table_size = 64; }),
              "mkl.payload: too short");
    PayloadBuilder b;
    b.seal();
    b.params.table_size = b.params.payload_size;
    EXPECT_STREQ(check_params(b.params, MKL_ARCH_AARCH64).text,
                 "table reaches outside the payload");
    // A hash of other bytes than the CRC is of.
    b.seal();
    reinterpret_cast<mkl_payload_header*>(b.table())->crc32 ^= 1;
    sha256(b.table(), b.table_size(), b.params.table_sha256);
    Payload p;
    EXPECT_STREQ(open_payload(b.params, b.archive.data(), MKL_ARCH_AARCH64, p).text, "CRC differs");
}

TEST(Payload, ALoadableIsHashedWhereFirmwarePutIt) {
    PayloadBuilder b;
    Payload p;
    ASSERT_EQ(verdict(b, &p), "");
    mkl_payload_entry e = p.entries[2];
    std::vector<uint8_t> there(b.archive.begin() + static_cast<std::ptrdiff_t>(e.offset),
                               b.archive.begin() + static_cast<std::ptrdiff_t>(e.offset + e.size));
    e.offset = not_in_archive;
    e.address = reinterpret_cast<uint64_t>(there.data());
    EXPECT_TRUE(verify_entry(p, e).ok());
    there.back() ^= 1;
    EXPECT_EQ(verify_entry(p, e).status, MKL_STATUS_HASH);
}

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
