// SPDX-License-Identifier: BSD-2-Clause
// node.dts and node.dtb say the same: dtc, given the source, writes the very bytes.
#include "mkl/emit/emit.hpp"
#include "mkl/support/process.hpp"
#include "plans.hpp"

namespace mkl {
namespace {

std::string dtc(const std::string& source) {
    ProcessRequest request;
    request.argv = {"dtc", "-q", "-I", "dts", "-O", "dtb", "-"};
    request.input = source;
    const ProcessResult result = run_process(request);
    EXPECT_TRUE(result.ok()) << result.err;
    return result.out;
}

class SourceAndBlob : public testing::TestWithParam<const char*> {};

TEST_P(SourceAndBlob, AreTheSame) {
    Board board;
    if (std::string{GetParam()} == "nasty.dts")
        board.memory = {test::memory_range(0x80000000, 0x20000000)};
    const Hardware h = test::load_board(GetParam(), board);
    const Bytes blob = to_dtb(h.tree);
    DeviceTree tree = h.tree;
    // dtc fills in the boot CPU by itself; a blob's own value has no place in source text.
    const std::string compiled = dtc(to_dts(tree));
    ASSERT_EQ(compiled.size(), blob.size());
    EXPECT_EQ(compiled, as_text(blob));
}
INSTANTIATE_TEST_SUITE_P(Boards, SourceAndBlob,
                         testing::Values("gicv2.dts", "gicv3.dts", "riscv.dts", "nasty.dts"));

TEST(Source, NodeTreesCompileToTheirBlobs) {
    const Hardware h = test::load_board("gicv2.dts");
    const Plan plan = test::gicv2_plan(h);
    for (size_t n = 0; n < 2; n++) {
        const DeviceTree tree = node_tree(plan, n, {}, h);
        EXPECT_EQ(dtc(to_dts(tree)), as_text(to_dtb(tree))) << n;
    }
}

TEST(Source, EveryKindOfValueComesBack) {
    DeviceTree tree;
    const auto value = [](std::string_view s) {
        const auto b = as_bytes(s);
        return Bytes(b.begin(), b.end());
    };
    using namespace std::string_view_literals;
    int n = 0;
    for (const std::string_view v :
         {""sv, "a\0"sv, "a\0b\0"sv, "a\0\0"sv, "\0"sv, "\0001Q\0"sv, "a\"b\\c\0"sv, "tab\tx\0"sv,
          "\x7f\x80\xff\0"sv, "abcd"sv, "abc"sv, "\0\0\0\x01"sv, "/* no comment */\0"sv,
          "x\0007\0"sv, "label: &ref\0"sv})
        tree.root.properties.push_back({"p" + std::to_string(n++), value(v)});
    EXPECT_EQ(dtc(to_dts(tree)), as_text(to_dtb(tree)));
}

TEST(Source, MemreserveComesBack) {
    DeviceTree tree;
    tree.memreserve = {test::range(0x80000000, 0x10000), test::range(0x123456789000, 0x1000)};
    EXPECT_EQ(dtc(to_dts(tree)), as_text(to_dtb(tree)));
}

}  // namespace
}  // namespace mkl
