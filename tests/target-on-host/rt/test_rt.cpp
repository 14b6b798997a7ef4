// SPDX-License-Identifier: BSD-2-Clause
// Memory functions, text, rings, UART drivers.
#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "mkl/rt/format.hpp"
#include "mkl/rt/memory.hpp"
#include "mkl/rt/ring.hpp"
#include "mkl/rt/uart.hpp"

namespace mkl::rt {
namespace {

TEST(RtMemory, CopiesAndFillsLikeTheLibrary) {
    std::mt19937 random{1};
    for (int i = 0; i < 3000; i++) {
        unsigned char a[300], b[300];
        for (auto& c : a) c = static_cast<unsigned char>(random());
        std::memcpy(b, a, sizeof a);
        const size_t from = random() % 60, to = random() % 60, size = random() % 200;
        std::memmove(a + to, a + from, size);
        if (to <= from) {
            copy_forward(b + to, b + from, size);
        } else {
            copy_backward(b + to, b + from, size);
        }
        ASSERT_EQ(std::memcmp(a, b, sizeof a), 0);
        std::memset(a + from, 0x5a, size);
        fill(b + from, 0x5a, size);
        ASSERT_EQ(std::memcmp(a, b, sizeof a), 0);
        ASSERT_EQ(compare(a, b, sizeof a), 0);
    }
}

TEST(RtFormat, NumbersAndText) {
    std::string out;
    const auto put = [&](char c) { out += c; };
    print(put, "a ", Hex{0}, ' ', Hex{0xdeadbeef}, ' ', uint64_t{0}, ' ', UINT64_MAX, ' ',
          INT64_MIN, ' ', -7, Text{"xyz", 2});
    EXPECT_EQ(out, "a 0x0 0xdeadbeef 0 18446744073709551615 -9223372036854775808 -7xy");
}

TEST(RtFormat, BufferNeverOverflows) {
    char buffer[6] = {1, 1, 1, 1, 1, 1};
    BufferWriter w{buffer, 5};
    print(w, "abcdefgh");
    EXPECT_STREQ(buffer, "abcd");
    EXPECT_EQ(buffer[5], 1);
}

TEST(RtRing, ReaderFollowsAndCountsWhatItLost) {
    alignas(8) uint8_t memory[0x40 + 16] = {};
    RingWriter::init(memory, sizeof memory);
    RingWriter writer{memory, sizeof memory};
    RingReader reader{memory, sizeof memory};
    char c = 0;
    uint64_t lost = 0;
    EXPECT_FALSE(reader.get(c, lost));
    for (char x : std::string{"hello"}) writer.put(x);
    EXPECT_FALSE(reader.get(c, lost));  // not published before the line ends
    writer.put('\n');
    std::string got;
    while (reader.get(c, lost)) got += c;
    EXPECT_EQ(got, "hello\n");
    for (char x : std::string{"0123456789abcdefXYZ\n"}) writer.put(x);
    got.clear();
    while (reader.get(c, lost)) got += c;
    EXPECT_EQ(lost, 4u);
    EXPECT_EQ(got, "456789abcdefXYZ\n");
}

TEST(RtRing, TwoWritersOfOneNodeTakeTurnsByLine) {
    alignas(8) uint8_t memory[0x40 + 64] = {};
    RingWriter::init(memory, sizeof memory);
    RingWriter a{memory, sizeof memory}, b{memory, sizeof memory};
    RingReader reader{memory, sizeof memory};
    for (char x : std::string{"one\n"}) a.put(x);
    for (char x : std::string{"two\n"}) b.put(x);
    for (char x : std::string{"three\n"}) a.put(x);
    std::string got;
    char c = 0;
    uint64_t lost = 0;
    while (reader.get(c, lost)) got += c;
    EXPECT_EQ(got, "one\ntwo\nthree\n");
    EXPECT_EQ(lost, 0u);
}

TEST(RtRing, WrongHeaderIsSilence) {
    alignas(8) uint8_t memory[0x40 + 16] = {};
    EXPECT_FALSE((RingWriter{memory, sizeof memory}.present()));
    RingWriter::init(memory, sizeof memory);
    auto* ring = reinterpret_cast<mkl_ring*>(memory);
    ring->capacity = 17;
    EXPECT_FALSE((RingWriter{memory, sizeof memory}.present()));
    ring->written = 5;
    RingReader reader{memory, sizeof memory};
    char c = 0;
    uint64_t lost = 0;
    EXPECT_FALSE(reader.get(c, lost));
}

/// Records accesses; every read returns `value`.
struct FakeBus {
    struct Access {
        uint64_t offset;
        uint64_t value;
        bool operator==(const Access&) const = default;
    };
    std::vector<Access>* writes = nullptr;
    uint32_t value = 0;

    explicit FakeBus(uintptr_t) {}
    FakeBus(std::vector<Access>* w, uint32_t v) : writes{w}, value{v} {}
    template <class R>
    typename R::Value read() const {
        return value;
    }
    template <class R>
    void write(typename R::Value v) const {
        writes->push_back({R::offset, v});
    }
    template <class T>
    T read_at(uint64_t) const {
        return static_cast<T>(value);
    }
    template <class T>
    void write_at(uint64_t offset, T v) const {
        writes->push_back({offset, v});
    }
};

TEST(RtUart, EachDriverWritesItsDataRegister) {
    const struct {
        uint32_t type, idle;
        uint64_t offset;
    } cases[] = {
        {MKL_CONSOLE_PL011,      0,    0x0 },
        {MKL_CONSOLE_NS16550,    0x20, 0x0 },
        {MKL_CONSOLE_CADENCE,    0,    0x30},
        {MKL_CONSOLE_SIFIVE,     0,    0x0 },
        {MKL_CONSOLE_IMX,        0,    0x40},
        {MKL_CONSOLE_MESON,      0,    0x0 },
        {MKL_CONSOLE_BCM2835AUX, 0x20, 0x0 }
    };
    for (const auto& c : cases) {
        std::vector<FakeBus::Access> writes;
        const Uart<FakeBus> uart{
            FakeBus{&writes, c.idle},
            c.type, 2, 4
        };
        EXPECT_TRUE(uart.present());
        uart.put('\n');
        const std::vector<FakeBus::Access> wanted{
            {c.offset, '\r'},
            {c.offset, '\n'}
        };
        EXPECT_EQ(writes, wanted) << c.type;
    }
}

TEST(RtUart, UnknownTypeDoesNothing) {
    std::vector<FakeBus::Access> writes;
    const Uart<FakeBus> uart{
        FakeBus{&writes, 0},
        99, 0, 1
    };
    EXPECT_FALSE(uart.present());
    uart.put('x');
    EXPECT_TRUE(writes.empty());
}

}  // namespace
}  // namespace mkl::rt
