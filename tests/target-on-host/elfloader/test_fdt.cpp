// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include <memory>
#include <random>

#include "fdt.hpp"
#include "tree_builder.hpp"

namespace mkl::loader::test {
namespace {

std::vector<uint8_t> sample() {
    return TreeBuilder{}
        .reserve(0x1000, 0x2000)
        .begin("")
        .cells("#address-cells", {2})
        .cells("#size-cells", {2})
        .begin("memory@40000000")
        .string("device_type", "memory")
        .cells("reg", {0, 0x40000000, 0, 0x10000000, 1, 0, 0, 0x1000})
        .end()
        .begin("soc")
        .cells("#address-cells", {1})
        .cells("#size-cells", {1})
        .begin("uart@9000000")
        .string("compatible", std::string{"vendor,uart\0arm,pl011", 21})
        .string("status", "disabled")
        .cells("reg", {0x9000000, 0x1000})
        .end()
        .end()
        .end()
        .blob();
}

/// Exactly as many bytes as the reader may touch, so that the sanitizer sees one more.
struct Exact {
    Exact(const std::vector<uint8_t>& from, size_t count) : bytes{new uint8_t[count]}, size{count} {
        std::copy(from.begin(), from.begin() + static_cast<std::ptrdiff_t>(count), bytes.get());
    }
    std::unique_ptr<uint8_t[]> bytes;
    size_t size;
};

std::string walked(FdtReader& reader) {
    std::string out;
    reader.walk([&](const FdtNode& n, const char* parent) {
        out += std::string{parent} + "/" + n.name + (n.enabled() ? "" : "-");
        mkl_range r{};
        for (uint32_t i = 0; n.range(i, r); i++)
            out += " " + std::to_string(r.base) + "+" + std::to_string(r.size);
        out += ";";
    });
    return out;
}

TEST(Fdt, WalksNodesWithTheirCells) {
    const auto blob = sample();
    FdtReader reader{blob.data(), blob.size()};
    EXPECT_EQ(walked(reader), "/;/memory@40000000 1073741824+268435456 4294967296+4096;/soc;"
                              "soc/uart@9000000- 150994944+4096;");
    EXPECT_FALSE(reader.failed());
    mkl_range r{};
    ASSERT_TRUE(reader.reservation(0, r));
    EXPECT_EQ(r.base, 0x1000u);
    EXPECT_FALSE(reader.reservation(1, r));
}

TEST(Fdt, ListsOnlyWholeStrings) {
    const FdtProperty p{reinterpret_cast<const uint8_t*>("vendor,uart\0arm,pl011"), 22, true};
    EXPECT_TRUE(p.lists("arm,pl011"));
    EXPECT_TRUE(p.lists("vendor,uart"));
    EXPECT_FALSE(p.lists("arm,pl01"));
    EXPECT_FALSE(p.lists("uart"));
    const FdtProperty open{reinterpret_cast<const uint8_t*>("okay"), 4, true};  // no NUL
    EXPECT_FALSE(open.lists("okay"));
}

TEST(Fdt, UsedSizeIsWithoutPadding) {
    auto blob = sample();
    const uint64_t used = blob.size();
    blob.resize(0x10000);
    blob[5] = 1;  // totalsize: 0x10000
    blob[6] = blob[7] = 0;
    EXPECT_EQ(FdtReader::used_size(blob.data(), blob.size()), used);
}

TEST(Fdt, EveryTruncationFails) {
    const auto blob = sample();
    for (size_t size = 0; size < blob.size(); size++) {
        const Exact part{blob, size};
        FdtReader reader{part.bytes.get(), part.size};
        walked(reader);
        EXPECT_TRUE(reader.failed()) << size;
        EXPECT_EQ(FdtReader::used_size(part.bytes.get(), part.size), 0u) << size;
    }
}

TEST(Fdt, OtherVersionsFail) {
    constexpr size_t version = 23, last_compatible = 27;  // their low bytes
    for (const auto& [at, value] : {
             std::pair{version,         16},
             std::pair{last_compatible, 18}
    }) {
        auto blob = sample();
        blob[at] = static_cast<uint8_t>(value);
        FdtReader reader{blob.data(), blob.size()};
        walked(reader);
        EXPECT_TRUE(reader.failed()) << value;
    }
}

TEST(Fdt, CellsThatNoAddressHasGiveNoRange) {
    for (const auto& [address, size] : {
             std::pair{0u, 1u},
             std::pair{3u, 1u},
             std::pair{1u, 0u},
             std::pair{1u, 3u}
    }) {
        const auto blob = TreeBuilder{}
                              .begin("")
                              .cells("#address-cells", {address})
                              .cells("#size-cells", {size})
                              .begin("n")
                              .cells("reg", {1, 2, 3, 4, 5, 6})
                              .end()
                              .end()
                              .blob();
        FdtReader reader{blob.data(), blob.size()};
        EXPECT_EQ(walked(reader), "/;/n;") << address << ' ' << size;
        EXPECT_FALSE(reader.failed());
    }
    const auto blob =
        TreeBuilder{}.begin("").cells("#address-cells", {1, 1}).begin("n").end().end().blob();
    FdtReader reader{blob.data(), blob.size()};
    walked(reader);
    EXPECT_TRUE(reader.failed()) << "two cells of cells";
}

TEST(Fdt, TooDeepFails) {
    TreeBuilder b;
    for (uint32_t i = 0; i <= fdt_max_depth; i++) b.begin(i == 0 ? "" : "n");
    for (uint32_t i = 0; i <= fdt_max_depth; i++) b.end();
    const auto blob = b.blob();
    FdtReader reader{blob.data(), blob.size()};
    walked(reader);
    EXPECT_TRUE(reader.failed());
}

TEST(Fdt, HostileTreesStayInside) {
    const auto good = sample();
    std::mt19937 random{2};
    for (int round = 0; round < 5000; round++) {
        auto blob = good;
        for (unsigned i = 0; i < 1 + random() % 3; i++) {
            const size_t at = random() % blob.size();
            blob[at] = random() % 2 ? static_cast<uint8_t>(random()) : uint8_t{0xff};
        }
        const Exact exact{blob, blob.size()};
        FdtReader reader{exact.bytes.get(), exact.size};
        walked(reader);
        mkl_range r{};
        for (uint32_t i = 0; i < 100 && reader.reservation(i, r); i++) {}
        EXPECT_LE(FdtReader::used_size(exact.bytes.get(), exact.size), exact.size);
    }
}

}  // namespace
}  // namespace mkl::loader::test
