// SPDX-License-Identifier: BSD-2-Clause
#include "confine.hpp"

#include <gtest/gtest.h>

namespace mkl::user {
namespace {

class Confine : public testing::Test {
protected:
    Confine() {
        record_.devices = {devices_, 2};
        record_.shared = {shared_, 1};
        record_.status = {0x58010000, 0x1000};
    }
    const mkl_range devices_[2] = {
        {0x9000000, 0x1000},
        {0xa000000, 0x4000}
    };
    const mkl_rec_shared shared_[1] = {
        {0x58011000, 0x1000, MKL_RIGHT_READ, MKL_MEMORY_CACHED, MKL_SHARED_STATUS, 1}
    };
    rt::BootRecord record_;
};

TEST_F(Confine, TellsWholePartAndNone) {
    EXPECT_EQ(owned_share(record_, 0x9000000, 0x9001000), Share::whole);
    EXPECT_EQ(owned_share(record_, 0x8000000, 0xa000000), Share::part);
    EXPECT_EQ(owned_share(record_, 0x9001000, 0x9002000), Share::none);
    EXPECT_EQ(owned_share(record_, 0x58010000, 0x58012000), Share::whole)
        << "two ranges that touch";
    EXPECT_EQ(owned_share(record_, 0x5800f000, 0x58012000), Share::part);
}

TEST_F(Confine, PiecesCoverWhatIsOwnedAndNothingElse) {
    // Every page of an untyped from 0 to 2 GiB.
    uint64_t bytes = 0;
    for (Piece p{0, 0}; next_owned(record_, p.end, uint64_t{1} << 31, p);) {
        for (uint64_t at = p.base; at < p.end;) {
            const unsigned bits = aligned_bits(at, p.end);
            EXPECT_EQ(at % (uint64_t{1} << bits), 0u);
            EXPECT_EQ(owned_share(record_, at, at + (uint64_t{1} << bits)), Share::whole);
            bytes += uint64_t{1} << bits;
            at += uint64_t{1} << bits;
        }
    }
    EXPECT_EQ(bytes, 0x1000u + 0x4000u + 0x2000u);
}

TEST_F(Confine, KeepsTheDistributorUnderADecoy) {
    mkl_rec_intc intc{};
    intc.dist_base = 0x8000000;
    record_.intc = &intc;
    EXPECT_EQ(owned_share(record_, 0x8000000, 0x8001000), Share::none);
    intc.initialiser = MKL_INTC_INIT_DECOY;
    EXPECT_EQ(owned_share(record_, 0x8000000, 0x8001000), Share::whole);
}

}  // namespace
}  // namespace mkl::user
