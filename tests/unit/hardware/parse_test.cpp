// SPDX-License-Identifier: BSD-2-Clause
// Hostile blobs: every one ends in a finding or a tree, never in a crash (also run with ASan).
#include "board.hpp"
#include "mkl/emit/emit.hpp"
#include "mkl/hardware/tree_view.hpp"

namespace mkl {
namespace {

std::optional<DeviceTree> parse(const Bytes& blob, std::string* id = nullptr) {
    DiagnosticSink sink;
    auto tree = parse_dtb(blob, {}, sink);
    EXPECT_EQ(tree.has_value(), !sink.has_errors());
    if (id != nullptr) *id = sink.all().empty() ? "" : sink.all()[0].id;
    return tree;
}

TEST(Parse, EmptyAndForeignFiles) {
    std::string id;
    EXPECT_FALSE(parse({}, &id));
    EXPECT_EQ(id, "E402");
    EXPECT_FALSE(parse(Bytes(4096, std::byte{0x7f}), &id));
    EXPECT_EQ(id, "E402");
}

TEST(Parse, EveryTruncationIsFound) {
    const Bytes whole = to_dtb(test::load_board("riscv.dts").tree);
    for (size_t n = 0; n < whole.size(); n++)
        EXPECT_FALSE(parse(Bytes(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(n)))) << n;
    EXPECT_TRUE(parse(whole));
}

// A sample: the fuzz target has the rest.
TEST(Parse, FlippedBytesAreSurvived) {
    const Bytes whole = to_dtb(test::load_board("riscv.dts").tree);
    for (size_t n = 0; n < whole.size(); n += 7) {
        for (const auto flip : {std::byte{0x01}, std::byte{0x80}, std::byte{0xff}}) {
            Bytes bad = whole;
            bad[n] ^= flip;
            DiagnosticSink sink;
            if (auto tree = parse_dtb(bad, {}, sink)) read_hardware(std::move(*tree), {}, {}, sink);
        }
    }
}

TEST(Parse, DepthIsLimited) {
    DeviceTree tree;
    DtNode* at = &tree.root;
    for (uint32_t i = 0; i < tree_max_depth; i++)
        at = &at->children.emplace_back(DtNode{"n", {}, {}});
    std::string id;
    EXPECT_FALSE(parse(to_dtb(tree), &id));
    EXPECT_EQ(id, "E403");
}

TEST(Parse, DoubleNamesAreRefused) {
    DeviceTree tree;
    tree.root.children = {
        {"n", {}, {}},
        {"n", {}, {}}
    };
    std::string id;
    EXPECT_FALSE(parse(to_dtb(tree), &id));
    EXPECT_EQ(id, "E402");
    tree.root.children = {
        {"n", {{"p", {}}, {"p", {}}}, {}}
    };
    EXPECT_FALSE(parse(to_dtb(tree), &id));
}

TEST(Parse, NamesThatSourceCannotSpellAreRefused) {
    DeviceTree tree;
    tree.root.children = {
        {"n {}; x", {}, {}}
    };
    EXPECT_FALSE(parse(to_dtb(tree)));
    tree.root.children = {
        {"n", {{"a=b", {}}}, {}}
    };
    EXPECT_FALSE(parse(to_dtb(tree)));
}

TEST(Parse, KeepsOrderAndReservations) {
    const Hardware h = test::load_board("gicv3.dts");
    const auto again = parse(to_dtb(h.tree));
    ASSERT_TRUE(again);
    EXPECT_EQ(again->memreserve, std::vector{test::range(0x80000000, 0x10000)});
    EXPECT_EQ(to_dtb(*again), to_dtb(h.tree));
}

}  // namespace
}  // namespace mkl
