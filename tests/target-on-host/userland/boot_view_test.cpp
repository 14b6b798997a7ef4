// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/user/boot_view.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "mkl/abi/boot_record.h"
#include "mkl/kapi/types.hpp"

namespace mkl::user {
namespace {

void be32(std::vector<uint8_t>& out, uint32_t v) {
    for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<uint8_t>(v >> shift));
}
void pad(std::vector<uint8_t>& out) {
    while (out.size() % 4 != 0) out.push_back(0);
}
void text(std::vector<uint8_t>& out, const std::string& s) {
    out.insert(out.end(), s.begin(), s.end());
    out.push_back(0);
    pad(out);
}

/// / { other { mkl,boot-record = "no"; }; chosen { stdout-path = "x"; mkl,boot-record = VALUE; };
/// };
std::vector<uint8_t> tree_with(const std::string& value) {
    const std::string strings{"stdout-path\0mkl,boot-record\0", 28};
    std::vector<uint8_t> body;
    auto node = [&](const std::string& name) {
        be32(body, 1);
        text(body, name);
    };
    auto property = [&](uint32_t name, const std::string& v) {
        be32(body, 3);
        be32(body, static_cast<uint32_t>(v.size()));
        be32(body, name);
        body.insert(body.end(), v.begin(), v.end());
        pad(body);
    };
    node("");
    node("other");
    property(12, "no");
    be32(body, 2);
    node("chosen");
    property(0, "x");
    property(12, value);
    be32(body, 2);
    be32(body, 2);
    be32(body, 9);
    std::vector<uint8_t> out;
    const auto structure = 40u, names = static_cast<uint32_t>(40 + body.size());
    const uint32_t header[] = {
        0xd00dfeed, names + 28, structure, names, 0,
        17,         16,         0,         28,    static_cast<uint32_t>(body.size())};
    for (const uint32_t v : header) be32(out, v);
    out.insert(out.end(), body.begin(), body.end());
    out.insert(out.end(), strings.begin(), strings.end());
    return out;
}

std::vector<uint8_t> extra_record(uint64_t id, const std::vector<uint8_t>& data) {
    std::vector<uint8_t> out(16 + (data.size() + 7) / 8 * 8);
    const uint64_t header[2] = {id, out.size()};
    std::memcpy(out.data(), header, sizeof header);
    if (!data.empty()) std::memcpy(out.data() + 16, data.data(), data.size());
    return out;
}

std::string found_in(std::vector<uint8_t> extra) {
    const Bytes b = find_boot_record({extra.data(), extra.size()}, {}).bytes;
    EXPECT_EQ(reinterpret_cast<uintptr_t>(b.data) % 8, 0u);
    return {reinterpret_cast<const char*>(b.data), b.size};
}

TEST(BootView, PrefersItsOwnRecord) {
    auto extra = extra_record(mkl::kapi::boot_info_fdt, tree_with("from tree"));
    const auto own = extra_record(MKL_BOOTINFO_ID_BOOT_RECORD, {'o', 'w', 'n', '!', 0, 0, 0, 0});
    extra.insert(extra.end(), own.begin(), own.end());
    EXPECT_EQ(found_in(extra).substr(0, 4), "own!");
}

TEST(BootView, FindsTheRecordInTheTree) {
    EXPECT_EQ(found_in(extra_record(mkl::kapi::boot_info_fdt, tree_with("from tree"))),
              "from tree");
    EXPECT_EQ(found_in(extra_record(mkl::kapi::boot_info_fdt, tree_with("from_tree_8+"))),
              "from_tree_8+");
    EXPECT_EQ(found_in({}), "");
}

TEST(BootView, PutsATreeBackTogether) {
    for (const char* text : {"from tree", "from_tree_8+", "x"}) {
        auto extra = extra_record(mkl::kapi::boot_info_fdt, tree_with(text));
        const auto before = extra;
        FoundRecord found = find_boot_record({extra.data(), extra.size()}, {});
        ASSERT_NE(found.bytes.size, 0u);
        put_back(found);
        EXPECT_EQ(extra, before) << text;
        EXPECT_EQ(std::memcmp(found.bytes.data, text, std::strlen(text)), 0);
    }
}

/// As a kernel with loader info leaves it: the tree in the image's last pages.
std::vector<uint64_t> image_with(const std::vector<uint8_t>& tree, size_t pages,
                                 size_t tree_pages) {
    std::vector<uint64_t> image(pages * MKL_PAGE_SIZE / sizeof(uint64_t));
    std::memcpy(image.data() + (pages - tree_pages) * MKL_PAGE_SIZE / sizeof(uint64_t), tree.data(),
                tree.size());
    return image;
}

TEST(BootView, FindsTheTreeAtTheEndOfTheImage) {
    auto image = image_with(tree_with("at the end"), 3, 1);
    auto* const bytes = reinterpret_cast<uint8_t*>(image.data());
    const FoundRecord found = find_boot_record({}, {bytes, 3 * MKL_PAGE_SIZE});
    ASSERT_EQ(found.bytes.size, 10u);
    EXPECT_EQ(std::memcmp(found.bytes.data, "at the end", 10), 0);
    EXPECT_FALSE(found.of_its_own);
}

TEST(BootView, TakesNoTreeThatEndsElsewhere) {
    auto image = image_with(tree_with("too early"), 3, 2);
    auto* const bytes = reinterpret_cast<uint8_t*>(image.data());
    EXPECT_EQ(find_boot_record({}, {bytes, 3 * MKL_PAGE_SIZE}).bytes.size, 0u);
    EXPECT_EQ(find_boot_record({}, {bytes, 0}).bytes.size, 0u);
}

TEST(BootView, SurvivesEveryTruncationAndByte) {
    const auto good = extra_record(mkl::kapi::boot_info_fdt, tree_with("value"));
    for (size_t n = 0; n < good.size(); n++)
        found_in({good.begin(), good.begin() + static_cast<long>(n)});
    for (size_t at = 0; at < good.size(); at++) {
        for (const unsigned value : {0x00u, 0x01u, 0x7fu, 0xffu}) {
            auto bad = good;
            bad[at] = static_cast<uint8_t>(value);
            find_boot_record({bad.data(), bad.size()}, {});
        }
    }
    SUCCEED();
}

}  // namespace
}  // namespace mkl::user
