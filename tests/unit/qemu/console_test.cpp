// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/qemu/console.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mkl {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(LineSplitter, JoinsFragmentsAndKeepsTheRest) {
    LineSplitter s;
    EXPECT_THAT(s.feed("he"), IsEmpty());
    EXPECT_THAT(s.feed("llo\r\nwor"), ElementsAre("hello"));
    EXPECT_THAT(s.feed("ld\n\nx"), ElementsAre("world", ""));
    EXPECT_THAT(s.finish(), ElementsAre("x"));
    EXPECT_THAT(s.finish(), IsEmpty());
}

TEST(LineSplitter, DropsTerminalSequencesEvenInPieces) {
    LineSplitter s;
    EXPECT_THAT(s.feed("a\x1b"), IsEmpty());
    EXPECT_THAT(s.feed("[1;3"), IsEmpty());
    EXPECT_THAT(s.feed("1mb\x07\x1b[0mc\td\n"), ElementsAre("abc\td"));
}

TEST(LineSplitter, CutsEndlessLines) {
    LineSplitter s;
    const auto lines = s.feed(std::string(LineSplitter::max_line + 1, 'x'));
    ASSERT_EQ(lines.size(), 1u);
    EXPECT_EQ(lines[0].size(), LineSplitter::max_line);
    EXPECT_THAT(s.finish(), ElementsAre("x"));
}

TEST(NodeConsole, LabelsByBannerAndKeepsPrefixes) {
    NodeConsole c{
        "node0", {"node0", "node1"}
    };
    EXPECT_EQ(c.label("U-Boot 2023.01"), "boot| U-Boot 2023.01");
    EXPECT_EQ(c.label("mkl: node0: cpu 0x0, kernel 0x40000000"),
              "boot| mkl: node0: cpu 0x0, kernel 0x40000000");
    EXPECT_EQ(c.label("mkl: node0: cpu 0x0 ram 0x40000000+0x10000000"),
              "node0| mkl: node0: cpu 0x0 ram 0x40000000+0x10000000");
    EXPECT_EQ(c.label("client: 2 + 3 = 5"), "node0| client: 2 + 3 = 5");
    EXPECT_EQ(c.label("node1| adder: ready"), "node1| adder: ready");
    EXPECT_EQ(c.label("node2| not a node"), "node0| node2| not a node");
    EXPECT_EQ(c.label("node1|no space"), "node0| node1|no space");
}

TEST(NodeConsole, NobodysUartIsAlwaysTheLoaders) {
    NodeConsole c{"", {"node0"}};
    EXPECT_EQ(c.label("mkl: node0: cpu 0x0 ram 0x0+0x1"), "boot| mkl: node0: cpu 0x0 ram 0x0+0x1");
}

TEST(Expectations, AreSeenInAnyOrderEachInOneLine) {
    Expectations e{
        {"sums correct", "ready"}
    };
    e.see("node1| ready");
    EXPECT_FALSE(e.all_seen());
    e.see("node0| sums");
    e.see("node0| correct");
    EXPECT_THAT(e.left(), ElementsAre("sums correct"));
    e.see("node0| client: done, 8 sums correct");
    EXPECT_TRUE(e.all_seen());
}

}  // namespace
}  // namespace mkl
