// SPDX-License-Identifier: BSD-2-Clause
// mkl_snprintf against the C library's, which is the specification.
#include <gtest/gtest.h>

#include <climits>
#include <cstdio>
#include <string>

#include "mkl/component.h"

namespace {

template <class... Arguments>
void expect_same(const char* format, Arguments... arguments) {
    char ours[64], theirs[64];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
    const int our_length = mkl_snprintf(ours, sizeof ours, format, arguments...);
    const int their_length = std::snprintf(theirs, sizeof theirs, format, arguments...);
#pragma GCC diagnostic pop
    EXPECT_STREQ(ours, theirs) << format;
    EXPECT_EQ(our_length, their_length) << format;
}

TEST(Format, AgreesWithTheLibrary) {
    expect_same("%d %i", 0, -1);
    expect_same("%d %d", INT_MIN, INT_MAX);
    expect_same("%ld %lld", LONG_MIN, LLONG_MAX);
    expect_same("%u %x %X %lx %zu", 4000000000u, 0xbeefu, 0xbeefu, ~0ul, sizeof(int));
    expect_same("[%5d] [%-5d] [%05d] [%8x] [%08x]", -42, -42, -42, 0xabu, 0xabu);
    expect_same("[%s] [%8s] [%-8s] [%.2s]", "text", "text", "text", "text");
    expect_same("%c%c%%", 'a', 'b');
    expect_same("a text that is longer than the sixty-four bytes there are: %d %s", 12345, "rest");
}

TEST(Format, NeverWritesBehindItsBuffer) {
    char text[4] = {'#', '#', '#', '#'};
    EXPECT_EQ(mkl_snprintf(text, 3, "%d", 123456), 6);
    EXPECT_STREQ(text, "12");
    EXPECT_EQ(text[3], '#');
    EXPECT_EQ(mkl_snprintf(nullptr, 0, "abc"), 3);
}

}  // namespace
