// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/user/line_reader.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "mkl/rt/ring.hpp"

namespace mkl::user {
namespace {

class LineReaderTest : public testing::Test {
protected:
    LineReaderTest() { rt::RingWriter::init(memory_, sizeof memory_); }
    void write(const std::string& text) {
        rt::RingWriter writer{memory_, sizeof memory_};
        for (const char c : text) writer.put(c);
        writer.publish();
    }
    std::string next(LineReader& reader) {
        char line[MKL_LINE_MAX];
        uint32_t length = 0;
        if (!reader.next(line, length, lost_)) return "(none)";
        return {line, length};
    }
    alignas(8) uint8_t memory_[1024] = {};
    uint64_t lost_ = 0;
};

TEST_F(LineReaderTest, TakesWholeLinesOnly) {
    LineReader reader{memory_, sizeof memory_};
    EXPECT_EQ(next(reader), "(none)");
    write("one\ntwo");
    EXPECT_EQ(next(reader), "one");
    EXPECT_EQ(next(reader), "(none)") << "two has no end yet";
    write("\n\n");
    EXPECT_EQ(next(reader), "two");
    EXPECT_EQ(next(reader), "");
    EXPECT_EQ(lost_, 0u);
}

TEST_F(LineReaderTest, CutsLongLines) {
    LineReader reader{memory_, sizeof memory_};
    write(std::string(MKL_LINE_MAX + 10, 'x') + "\n");
    EXPECT_EQ(next(reader), std::string(MKL_LINE_MAX, 'x'));
    EXPECT_EQ(next(reader), std::string(10, 'x'));
    EXPECT_EQ(next(reader), "(none)");
}

/// Every byte is either printed or counted as lost, and every line that is printed is whole.
TEST_F(LineReaderTest, CountsWhatItLost) {
    LineReader reader{memory_, sizeof memory_};
    uint64_t written = 0, printed = 0;
    int last = -1;
    for (int i = 0; i < 500; i++) {
        const std::string line = "line number " + std::to_string(i) + " end";
        write(line + "\n");
        written += line.size() + 1;
        if (i % 100 != 99) continue;
        for (std::string got; (got = next(reader)) != "(none)";) {
            int number = -1, used = 0;
            ASSERT_EQ(std::sscanf(got.c_str(), "line number %d end%n", &number, &used), 1) << got;
            ASSERT_EQ(static_cast<size_t>(used), got.size()) << got;
            ASSERT_GT(number, last);
            last = number;
            printed += got.size() + 1;
        }
    }
    EXPECT_EQ(last, 499);
    EXPECT_GT(lost_, 0u);
    EXPECT_EQ(printed + lost_, written);
}

TEST_F(LineReaderTest, IgnoresWhatIsNoRing) {
    write("text\n");
    auto* ring = reinterpret_cast<mkl_ring*>(memory_);
    ring->capacity = 0xffffffff;
    LineReader reader{memory_, sizeof memory_};
    EXPECT_EQ(next(reader), "(none)") << "a capacity that is not ours";
}

TEST_F(LineReaderTest, SurvivesAWriterThatGoesBack) {
    LineReader reader{memory_, sizeof memory_};
    write("one\n");
    EXPECT_EQ(next(reader), "one");
    reinterpret_cast<mkl_ring*>(memory_)->written = 0;
    next(reader);
    write("again and again\n");
    next(reader);
    SUCCEED();
}

}  // namespace
}  // namespace mkl::user
