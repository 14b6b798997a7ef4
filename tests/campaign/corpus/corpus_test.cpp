// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "tree_run.hpp"

namespace mkl::test {
namespace {

using End = TreeRun::End;

void print(const std::filesystem::path& path, const TreeRun& run) {
    const char* end = run.end == End::partitioned ? "ok"
                      : run.end == End::refused   ? "refused"
                                                  : "FAILED";
    std::printf("%-8s %-52s %7.1f ms %s%zu uarts %s\n", end, path.stem().c_str(), run.milliseconds,
                run.memory_given ? "memory given, " : "", run.uarts, run.text.c_str());
}

/// A finding about the board or the request, none about a tree that mkl emitted or about dtc.
bool is_refusal(std::string_view text) {
    return text.starts_with("E2") || text.starts_with("E3") || text.starts_with("E41") ||
           text.starts_with("E42") || text.starts_with("E43");
}

void run_share(Split split) {
    const char* directory = std::getenv("MKL_CORPUS");
    if (directory == nullptr) GTEST_SKIP() << "MKL_CORPUS names no directory of .dtb files";
    const char* share = std::getenv("MKL_CAMPAIGN_PERCENT");
    const size_t percent = share == nullptr ? 10 : std::strtoul(share, nullptr, 10);
    const auto trees = trees_in(directory);
    ASSERT_FALSE(trees.empty()) << directory;
    const size_t step =
        std::clamp<size_t>(percent == 0 ? trees.size() : 100 / percent, 1, trees.size());
    size_t tried = 0, refused = 0;
    for (size_t i = 0; i < trees.size(); i += step) {
        const TreeRun run = run_tree(trees[i], split);
        print(trees[i], run);
        tried++;
        if (run.end == End::refused) refused++;
        EXPECT_NE(run.end, End::failed) << trees[i] << ": " << run.text;
    }
    std::printf("%zu trees, %zu refused\n", tried, refused);
    // 7 of 50 real boards have no second CPU, no known controller or no start method.
    EXPECT_LE(refused * 50, 7 * tried + 50);
}

/// Other boards made from these, every device dealt out: nothing may fail in mkl's own proof.
TEST(Corpus, VariedBoardsWithAllDevicesDealtOut) {
    const char* directory = std::getenv("MKL_CORPUS");
    if (directory == nullptr) GTEST_SKIP() << "MKL_CORPUS names no directory of .dtb files";
    const char* share = std::getenv("MKL_CAMPAIGN_PERCENT");
    const size_t percent = share == nullptr ? 10 : std::strtoul(share, nullptr, 10);
    const auto trees = trees_in(directory);
    ASSERT_FALSE(trees.empty()) << directory;
    const size_t runs = std::max<size_t>(percent * 5, 1);
    size_t partitioned = 0, refused = 0;
    for (size_t i = 0; i < runs; i++) {
        const auto& tree = trees[i % trees.size()];
        const TreeRun run = run_tree(tree, Split::varied, static_cast<uint32_t>(i));
        (run.end == TreeRun::End::partitioned ? partitioned : refused)++;
        EXPECT_TRUE(run.end != TreeRun::End::failed || is_refusal(run.text))
            << tree << " seed " << i << ": " << run.text;
    }
    std::printf("%zu varied boards, %zu refused\n", runs, refused);
    EXPECT_GT(partitioned, refused);
}

/// Boards that are odd on purpose: tests/boards/odd.
class OddBoards : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(OddBoards, ArePartitionedWhateverIsSplit) {
    for (const Split split : {Split::no_devices, Split::uarts}) {
        const TreeRun run = run_tree(GetParam(), split);
        EXPECT_EQ(run.end, End::partitioned) << run.text;
        EXPECT_TRUE(split == Split::no_devices || run.uarts >= 2) << run.uarts;
    }
    for (uint32_t seed = 0; seed < 8; seed++) {
        const TreeRun run = run_tree(GetParam(), Split::varied, seed);
        EXPECT_TRUE(run.end != End::failed || is_refusal(run.text)) << seed << ": " << run.text;
    }
}

INSTANTIATE_TEST_SUITE_P(All, OddBoards,
                         testing::ValuesIn(trees_in(MKL_TEST_BOARDS "/odd", ".dts")),
                         [](const auto& i) { return i.param.stem().string(); });

TEST(Corpus, TwoNodesWithoutDevices) { run_share(Split::no_devices); }
TEST(Corpus, TwoNodesWithTheUartsSplit) { run_share(Split::uarts); }

}  // namespace
}  // namespace mkl::test

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    if (argc == 1) return RUN_ALL_TESTS();
    using mkl::test::Split;
    Split split = Split::no_devices;
    uint32_t seed = 0;
    int failures = 0;
    for (int i = 1; i < argc; i++) {
        if (std::string_view{argv[i]} == "--uarts") {
            split = Split::uarts;
            continue;
        }
        if (std::string_view{argv[i]} == "--varied") {
            split = Split::varied;
            seed = static_cast<uint32_t>(std::strtoul(argv[++i], nullptr, 10));
            continue;
        }
        const auto run = mkl::test::run_tree(argv[i], split, seed);
        mkl::test::print(argv[i], run);
        failures += run.end == mkl::test::TreeRun::End::failed ? 1 : 0;
    }
    return failures == 0 ? 0 : 1;
}
