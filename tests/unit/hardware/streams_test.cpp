// SPDX-License-Identifier: BSD-2-Clause
// What IOMMUs know masters by: tests/boards/streams.dts.
#include "board.hpp"

namespace mkl {
namespace {

const Hardware& board() {
    static const Hardware hardware = test::load_board("streams.dts");
    return hardware;
}

/// Of all IOMMUs that the device names, one a line.
std::string streams(const std::string& path) {
    const Device* device = board().device(path);
    if (device == nullptr) return "no such device";
    std::string out;
    for (const ProviderLine& line : device->lines) out += to_text(line) + "\n";
    return out;
}

TEST(Streams, OfDevices) {
    EXPECT_EQ(streams("/pair@a000000"), "stream 0x880 (bits 0x3 not compared) of /iommu@9000000\n"
                                        "streams 0x10 to 0x11 of /iommu@9000000\n");
    EXPECT_EQ(streams("/masked@a010000"),
              "stream 0x17 (bits 0x7c00 not compared) of /iommu@9010000\n");
    EXPECT_EQ(streams("/plain@a020000"), "streams 0x0, 0x4 to 0x5 of /iommu@9020000\n")
        << "an SMMUv3 has no stream-match-mask";
    EXPECT_EQ(streams("/single@a030000"), "stream of /iommu@9030000\n");
    EXPECT_EQ(streams("/window@a040000"), "stream 4096 8192 of /iommu@9040000\n")
        << "two cells of another IOMMU are no mask";
}

TEST(Streams, OfPciBridges) {
    EXPECT_EQ(streams("/pcie@b000000"), "streams 0x10000 to 0x1ffff of /iommu@9020000\n");
    EXPECT_EQ(streams("/pcie@c000000"),
              "streams 0x480 to 0x4bf, 0x500 to 0x51f of /iommu@9020000\n");
    EXPECT_EQ(streams("/pcie@d000000"),
              "stream 0x17 (bits 0x7c00 not compared) of /iommu@9010000\n");
    EXPECT_EQ(streams("/pcie@e000000"), "") << "no length: the tree does not say";
    EXPECT_EQ(streams("/pcie@f000000"), "streams 0x20000 to 0x2fff8 of /iommu@9020000\n")
        << "more than there are, never fewer";
    EXPECT_EQ(streams("/pcie@10000000"), "streams 0x30001, 0x30101 of /iommu@9020000\n");
    EXPECT_EQ(streams("/pcie@13000000"),
              "streams 0x0 to 0x1f8 (bits 0x7c00 not compared) of /iommu@9010000\n");
    EXPECT_EQ(streams("/pcie@12000000"), "streams 0x0 to 0xff, 0xffffff00 to 0xffffffff of "
                                         "/iommu@9020000\n");
    EXPECT_EQ(streams("/pcie@b000000/port@0,0"), streams("/pcie@b000000"))
        << "which number a bus has the tree does not say";
    EXPECT_EQ(board().device("/pcie@b000000/port@0,0")->iommu, "/iommu@9020000");
    EXPECT_EQ(board().device("/pcie@e000000")->iommu, "") << "nothing says that it is contained";
}

TEST(Streams, Meet) {
    const auto stream = [](std::vector<IdRange> ids, uint32_t ignored = 0) {
        return ProviderLine{ProviderLine::Kind::stream, "/iommu", {}, std::move(ids), ignored};
    };
    const auto apart = [](const ProviderLine& a, const ProviderLine& b) {
        return !meet(a, b) && !meet(b, a);
    };
    const ProviderLine bus = stream({
        {0x480, 0x49f}
    });
    EXPECT_TRUE(meet(bus, stream({
                              {0x49f, 0x49f}
    })));
    EXPECT_TRUE(meet(stream({
                         {0x480, 0x480}
    }),
                     bus));
    EXPECT_TRUE(apart(bus, stream({
                               {0x4a0, 0x4a0}
    })));
    EXPECT_TRUE(apart(bus, stream({
                               {0x47f, 0x47f}
    })));
    EXPECT_TRUE(meet(bus, stream(
                              {
                                  {0x80, 0x80}
    },
                              0x400)));
    EXPECT_TRUE(apart(bus, stream(
                               {
                                   {0x80, 0x80}
    },
                               0x300)));
    EXPECT_TRUE(meet(stream(
                         {
                             {0x880, 0x880}
    },
                         3),
                     stream({{0x883, 0x883}})));
    EXPECT_TRUE(apart(stream(
                          {
                              {0x880, 0x880}
    },
                          3),
                      stream({{0x884, 0x884}})));
    EXPECT_TRUE(meet(stream(
                         {
                             {8, 8}
    },
                         1),
                     stream({{10, 10}}, 2)))
        << "both take 8";
    EXPECT_TRUE(meet(stream({
                         {0, UINT32_MAX}
    }),
                     stream({{7, 7}})));
    EXPECT_TRUE(meet(bus, stream({}))) << "an IOMMU without cells has one stream for all";
    ProviderLine elsewhere = bus;
    elsewhere.provider = "/other";
    EXPECT_TRUE(apart(bus, elsewhere));
}

TEST(Streams, AWindowIsNoRam) {
    EXPECT_EQ(
        board().device("/pcie@b000000")->windows,
        (std::vector{test::range(0x30000000, 0x10000000), test::range(0x60000000, 0x20000000)}));
}

}  // namespace
}  // namespace mkl
