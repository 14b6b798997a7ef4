// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/verify/verify.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "mkl/abi/payload.h"
#include "mkl/abi/status.h"
#include "mkl/render/render.hpp"
#include "mkl/verify/inspect.hpp"
#include "tiny_image.hpp"

namespace mkl {
namespace {

using testing::HasSubstr;

struct Result {
    bool good = false;
    DiagnosticSink sink;
    VerifyReport report;
    std::string text() const { return render::text(sink.all(), {}); }
};

Result verify(const Bytes& image) {
    Result r;
    r.good = verify_image(std::span<const std::byte>{image},
                          {.name = "tiny", .expected = {}, .proved = nullptr}, r.sink, r.report);
    return r;
}

TEST(Verify, ProvesTheTinyImageInEveryContainer) {
    const Bytes flat = tiny::image();
    for (const Bytes& image : {flat, tiny::uimage(flat), tiny::elf(flat), tiny::fit(flat)}) {
        const Result r = verify(image);
        EXPECT_TRUE(r.good) << r.text();
        EXPECT_TRUE(r.sink.all().empty()) << r.text();
        EXPECT_GT(r.report.rows.size(), 30u);
        for (const auto& row : r.report.rows) {
            EXPECT_GT(row.items, 0u) << row.what;
            EXPECT_EQ(row.bad, 0u) << row.what;
        }
    }
}

TEST(Verify, AnImageHeaderThatAsksForAnotherPlaceIsRefused) {
    for (const size_t at : {8u, 15u, 24u, 31u}) {  // text offset, flags
        Bytes image = tiny::image();
        image[at] ^= std::byte{0x10};
        const Result r = verify(image);
        EXPECT_FALSE(r.good) << at;
        EXPECT_TRUE(r.sink.has("E617")) << r.text();
    }
}

TEST(Verify, ATruncatedImageIsRefusedAtEveryLength) {
    const Bytes flat = tiny::image();
    for (size_t size = 0; size < flat.size(); size += 61) {
        const Bytes cut(flat.begin(), flat.begin() + static_cast<ptrdiff_t>(size));
        EXPECT_FALSE(verify(cut).good) << size;
    }
}

// Offset and size in the image of every entry's data, and of the payload table.
std::vector<std::pair<size_t, size_t>> entries(const Bytes& image) {
    mkl_loader_params p;
    std::memcpy(&p, image.data() + MKL_LOADER_PARAMS_OFFSET, sizeof p);
    const size_t table = p.payload_offset + p.table_offset;
    mkl_payload_header h;
    std::memcpy(&h, image.data() + table, sizeof h);
    std::vector<std::pair<size_t, size_t>> out{
        {table, p.table_size}
    };
    for (uint32_t i = 0; i < h.entries.count; i++) {
        mkl_payload_entry e;
        std::memcpy(&e, image.data() + table + h.entries.offset + i * sizeof e, sizeof e);
        out.emplace_back(p.payload_offset + e.offset, e.size);
    }
    return out;
}

TEST(Verify, AFlippedByteOfAnyEntryIsFound) {
    const Bytes flat = tiny::image();
    size_t flips = 0;
    for (const auto& [offset, size] : entries(flat))
        for (size_t at = offset; at < offset + size; at += 41) {
            Bytes broken = flat;
            broken[at] ^= std::byte{0x10};
            flips++;
            EXPECT_FALSE(verify(broken).good) << at;
        }
    EXPECT_GT(flips, 100u);
}

TEST(Verify, AContainerOfProvedBytesIsNotProvedAgain) {
    const Bytes flat = tiny::image();
    const ByteView proved{std::span<const std::byte>{flat}};
    Bytes other = flat;
    other[0x900] ^= std::byte{1};
    for (const auto& [bytes, rows] : {
             std::pair{tiny::fit(flat),  6u },
             std::pair{tiny::fit(other), 30u}
    }) {
        DiagnosticSink sink;
        VerifyReport report;
        EXPECT_TRUE(verify_image(std::span<const std::byte>{bytes},
                                 {.name = "tiny", .expected = {}, .proved = &proved}, sink,
                                 report));
        EXPECT_GE(report.rows.size(), rows);
        EXPECT_EQ(report.rows.size() == 6, rows == 6);
    }
}

TEST(Verify, ContainerChecksumsAreChecked) {
    const Bytes flat = tiny::image();
    Bytes u = tiny::uimage(flat), f = tiny::fit(flat);
    u[64 + 0x900] ^=
        std::byte{1};  // padding of the loader's page: only the container's sum sees it
    EXPECT_TRUE(verify(u).sink.has("E601"));
    // The FIT's payload starts where the flat image's header stands in it.
    const auto at = std::search(f.begin(), f.end(), flat.begin() + 0x30, flat.begin() + 0x100);
    ASSERT_NE(at, f.end());
    *(at + 0x800) ^= std::byte{1};
    EXPECT_TRUE(verify(f).sink.has("E601"));
}

TEST(Verify, ComparesWithWhatWasAskedFor) {
    Expected asked;
    asked.arch = MKL_ARCH_AARCH64;
    const auto range = [](uint64_t base, uint64_t size) {
        return *PhysRange::from_base_size(PhysAddr{base}, size);
    };
    asked.loader = range(tiny::loader_base, tiny::loader_size);
    asked.status = range(tiny::status_base, 2 * MKL_PAGE_SIZE);
    for (const uint32_t id : {0u, 1u}) {
        const tiny::Node n = tiny::node(id);
        asked.nodes.push_back({n.name,
                               id,
                               {range(n.ram, tiny::node_size)},
                               {range(n.device, MKL_PAGE_SIZE)},
                               {{n.interrupt, MKL_TRIGGER_LEVEL}},
                               {{0, 1 - id}}});
    }
    asked.pools.push_back({
        "pool",
        range(tiny::pool_base, tiny::pool_size),
        {{0, MKL_RIGHT_READ | MKL_RIGHT_WRITE}, {1, MKL_RIGHT_READ | MKL_RIGHT_WRITE}}
    });
    const auto compare = [&](const Expected& expected) {
        DiagnosticSink sink;
        VerifyReport report;
        const Bytes image = tiny::image();
        verify_image(std::span<const std::byte>{image},
                     {.name = "tiny", .expected = expected, .proved = nullptr}, sink, report);
        return render::text(sink.all(), {});
    };
    for (ExpectedNode& n : asked.nodes) n.start_timeout_ms = 1000;
    EXPECT_EQ(compare(asked), "");
    Expected other = asked;
    other.steward = 2;
    EXPECT_THAT(compare(other),
                HasSubstr("steward's CPU is none in the image and 0x2 in the plan"));
    other = asked;
    other.nodes[1].start_timeout_ms++;
    EXPECT_THAT(compare(other), HasSubstr("start-timeout (ms) of node 'node1' is "));
    other = asked;
    other.nodes[1].last = true;
    EXPECT_THAT(compare(other), HasSubstr("start behind all others of node 'node1' is not asked"));
    other = asked;
    other.nodes[1].enabled = {34, 33};
    EXPECT_THAT(compare(other), HasSubstr("interrupts that the loader enables of node 'node1' is "
                                          "none in the image and 33, 34 in the plan"));
    other = asked;
    other.nodes[0].entries = {
        {"node0/root.elf", {}},
        {"node0/none",     {}}
    };
    other.nodes[1].last = !asked.nodes[1].last;
    EXPECT_THAT(compare(other),
                testing::ContainsRegex(
                    "start behind all others of node 'node1'(.|\\n)*other bytes than the "
                    "system description gives now: node0/root.elf, node0/none .absent."));
    other = asked;
    other.pools[0].nodes[1].second = MKL_RIGHT_READ;
    EXPECT_THAT(compare(other), HasSubstr("shared pools (range:rights) of node 'node1'"));
    other = asked;
    other.nodes[0].interrupts.clear();
    EXPECT_THAT(compare(other), HasSubstr("interrupts (id:trigger) of node 'node0' is 33:0x0 in "
                                          "the image and none in the plan"));
}

/// What is found if node0 has a bridge with these windows, and these pages of it.
std::string with_bridge(std::vector<mkl_range> windows, std::vector<mkl_range> pages) {
    std::vector<tiny::Node> nodes{tiny::node(0), tiny::node(1)};
    nodes[0].windows = std::move(windows);
    nodes[0].pages = std::move(pages);
    return verify(tiny::image(nodes)).text();
}

TEST(Verify, WindowsOfABridgeBelongToItsNode) {
    const mkl_range window{0x10000000, 0x1000000}, half{window.base, window.size / 2};
    const mkl_range clock{tiny::node(1).device, MKL_PAGE_SIZE};
    EXPECT_EQ(with_bridge({window}, {window}), "");
    EXPECT_THAT(with_bridge({window}, {}),
                testing::AllOf(HasSubstr("E635"), HasSubstr("belong to nobody")));
    EXPECT_THAT(with_bridge({window}, {half}), HasSubstr("E635"));
    EXPECT_THAT(with_bridge({clock}, {}),
                testing::AllOf(HasSubstr("E635"), HasSubstr("belong to node 'node1'")));
}

TEST(Verify, WindowsOfABridgeEndAtRam) {
    const mkl_range below{tiny::ram_base - MKL_PAGE_SIZE, MKL_PAGE_SIZE};
    const mkl_range window{below.base, 2 * MKL_PAGE_SIZE};
    EXPECT_EQ(with_bridge({window}, {below}), "");
    EXPECT_THAT(with_bridge({window}, {window}), HasSubstr("E637"));
}

TEST(Verify, PrintsTheProofAsATable) {
    const std::string table = to_text(verify(tiny::image()).report);
    EXPECT_THAT(table, HasSubstr("every byte of RAM has one owner"));
    EXPECT_THAT(table, HasSubstr("proved\n"));
    EXPECT_THAT(table, HasSubstr(" items, 0 violations\n"));
}

TEST(Inspect, PrintsEveryPart) {
    DiagnosticSink sink;
    const Bytes image = tiny::image();
    const std::string text = inspect_image(std::span<const std::byte>{image}, "tiny", sink);
    EXPECT_TRUE(sink.all().empty());
    for (const char* part : {"arm64 Image", "node 1 node1: cpu 0x1", "entry node0/kernel.elf",
                             "boot record: version 1", "may send sgi 0 to target 0x1",
                             "frame 'pool' at 0x48000000+0x1000", "/uart@9000000"})
        EXPECT_THAT(text, HasSubstr(part));
}

TEST(Inspect, ReadsAStatusTableOutOfADump) {
    mkl_status s{};
    s.magic = MKL_STATUS_MAGIC;
    s.version = MKL_STATUS_VERSION;
    s.node_id = 1;
    s.node_count = 2;
    s.stage = MKL_STAGE_COPIED;
    s.error = MKL_STATUS_HASH;
    s.error_stage = MKL_STAGE_VERIFIED;
    s.counter_hz = 1000;
    s.stamp[MKL_STAGE_LOADER] = 5;
    s.stamp[MKL_STAGE_COPIED] = 8;
    std::memcpy(s.name, "node1", 5);
    std::memcpy(s.text, "node1/root.elf", 14);
    Bytes dump(3 * MKL_PAGE_SIZE + 10);
    std::memcpy(dump.data() + MKL_PAGE_SIZE, &s, sizeof s);
    EXPECT_EQ(inspect_status(dump), "node 1 of 2 node1: stage copied, cpu 0x0\n"
                                    "  error 0x4 in stage verified: node1/root.elf (0x0, 0x0)\n"
                                    "  loader 0.000 ms, copied 3.000 ms\n");
    std::memcpy(s.name, "\x1b\xc2\x9b\xff", 5);  // escape, C1 control, no UTF-8
    std::memcpy(dump.data() + MKL_PAGE_SIZE, &s, sizeof s);
    EXPECT_THAT(inspect_status(dump), HasSubstr("node 1 of 2 ???: stage"));
    dump[MKL_PAGE_SIZE] = std::byte{0};
    EXPECT_EQ(inspect_status(dump), "");
}

}  // namespace
}  // namespace mkl
