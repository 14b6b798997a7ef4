// SPDX-License-Identifier: BSD-2-Clause
// The numbers are those of seL4 16.0.0, AARCH64_zynqmp verified, counted on the running kernel.
#include "mkl/model/untypeds.hpp"

#include <gtest/gtest.h>

namespace mkl {
namespace {

PhysRange range(uint64_t base, uint64_t size) {
    return *PhysRange::from_base_size(PhysAddr{base}, size);
}

/// 128 MiB at 0x10000000, kernel to 0x1023e000, user image of 32 KiB behind it.
Sel4Memory zynqmp_node() {
    Sel4Memory m;
    m.ram = range(0x10000000, 128 << 20);
    m.boot_section = range(0x10000000, 64 << 10);
    m.used_end = PhysAddr{0x10246000};
    m.root_objects = 0x27800;
    m.kernel_frames = {range(0xf9010000, 0x1000), range(0xf9020000, 0x1000),
                       range(0xf9040000, 0x1000)};
    m.device_top = PhysAddr{uint64_t{1} << 40};
    return m;
}
constexpr UntypedRules verified{.limit = 50};

TEST(Untypeds, PiecesAreAlignedPowersOfTwo) {
    const UntypedCount c = count_untypeds({range(0x1000, 0x7000)}, {range(0x3000, 0x2000)}, {});
    EXPECT_EQ(c.device, 3u);  // 4 K, 8 K, 16 K
    EXPECT_EQ(c.ram, 2u);     // 4 K, 4 K
    EXPECT_EQ(c.device_bytes, 0x7000u);
    EXPECT_TRUE(c.lost.empty());
}

TEST(Untypeds, TooSmallOnesAreNotListed) {
    const UntypedCount c = count_untypeds({}, {range(0x1008, 0x18)}, {});
    EXPECT_EQ(c.wanted(), 1u);
    EXPECT_EQ(c.ram_bytes, 0x10u);
}

TEST(Untypeds, VerifiedZynqmpLosesTheUpperRam) {
    const UntypedCount c = count_sel4_untypeds(zynqmp_node(), verified);
    EXPECT_EQ(c.device, 40u);
    EXPECT_EQ(c.ram, 22u);
    EXPECT_EQ(c.ram_bytes, uint64_t{30504} << 10);
    const UntypedCount whole = count_sel4_untypeds(zynqmp_node(), {});
    EXPECT_TRUE(whole.lost.empty());
    EXPECT_EQ(whole.ram_bytes, uint64_t{128650} << 10);
}

TEST(Untypeds, PaddingCuresIt) {
    const auto p = best_padding(zynqmp_node(), verified);
    ASSERT_TRUE(p);
    EXPECT_EQ(p->end, PhysAddr{0x10400000});
    EXPECT_EQ(p->waste, uint64_t{1768} << 10);
    EXPECT_EQ(p->count.wanted(), 56u);
    EXPECT_EQ(p->count.ram_bytes, uint64_t{124992} << 10);
    EXPECT_EQ(p->count.lost_bytes(), uint64_t{1890} << 10);
}

TEST(Untypeds, NoPaddingWhereNothingIsLost) {
    const auto p = best_padding(zynqmp_node(), {});
    ASSERT_TRUE(p);
    EXPECT_EQ(p->waste, 0u);
    EXPECT_TRUE(p->count.lost.empty());
}

TEST(Untypeds, LargerNodesAreBestPaddedFurther) {
    Sel4Memory m = zynqmp_node();
    m.ram = range(0x40000000, uint64_t{1} << 30);
    m.boot_section = range(0x40000000, 64 << 10);
    m.used_end = PhysAddr{0x40246000};
    const auto p = best_padding(m, verified);
    ASSERT_TRUE(p);
    EXPECT_EQ(p->end, PhysAddr{0x40800000});
    EXPECT_NEAR(static_cast<double>(p->waste + p->count.lost_bytes()) / (1 << 20), 13.9, 0.5)
        << "13.9 MiB were computed for an image of another size";
}

TEST(Untypeds, NoRoom) {
    Sel4Memory m = zynqmp_node();
    m.used_end = m.ram.end();
    EXPECT_FALSE(best_padding(m, verified));
}

}  // namespace
}  // namespace mkl
