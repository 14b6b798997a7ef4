// SPDX-License-Identifier: BSD-2-Clause
// The allocator of the initialiser and the simulation of the image builder, which share no code,
// on the same untypeds and the same requests.
#include "mkl/capdl/allocation.hpp"

#include <gtest/gtest.h>

#include <random>

#include "mkl/user/untyped_pool.hpp"

namespace mkl {
namespace {

/// As Builder::place does it: fillers up to the address, then the object.
bool place(user::UntypedPool& pool, uint64_t paddr, unsigned bits) {
    user::Untyped* from = pool.containing(paddr, uint64_t{1} << bits);
    if (from == nullptr) return false;
    while (const unsigned filler = user::UntypedPool::filler_bits(*from, paddr))
        user::UntypedPool::take(*from, filler, 1);
    user::UntypedPool::take(*from, bits, 1);
    return true;
}

bool take(user::UntypedPool& pool, unsigned bits) {
    user::Untyped* from = pool.best_fit(bits);
    if (from == nullptr) return false;
    user::UntypedPool::take(*from, bits, 1);
    return true;
}

TEST(Allocation, SimulationAndInitialiserAgree) {
    std::mt19937_64 random{2026};
    const auto below = [&](uint64_t limit) { return random() % limit; };
    size_t refused = 0, placed = 0;
    for (int round = 0; round < 300; round++) {
        capdl::Untypeds simulated;
        uint64_t base = 0x40000000;
        for (uint64_t i = 0; i < 1 + below(6); i++) {
            const uint64_t size = (1 + below(1024)) * 4096;
            simulated.add(PhysRange::between(PhysAddr{base}, PhysAddr{base + size}), below(3) == 0,
                          47, 230);
            base += size + below(64) * 4096;
        }
        user::UntypedPool pool;
        for (const capdl::UntypedPiece& u : simulated.pieces())
            pool.add(u.base, u.bits, u.device, 0);
        // Fixed addresses ascending, then everything else, largest first.
        for (uint64_t at = 0x40000000; at < base; at += 4096 * (1 + below(200))) {
            const bool ours = simulated.place(at, 12);
            ASSERT_EQ(ours, place(pool, at, 12)) << round << " at " << at;
            placed += ours ? 1 : 0;
        }
        for (unsigned bits = 21; bits >= 4; bits--) {
            for (uint64_t i = 0; i < below(40); i++) {
                const bool ours = simulated.take(static_cast<uint8_t>(bits));
                ASSERT_EQ(ours, take(pool, bits)) << round << ", 2^" << bits;
                refused += ours ? 0 : 1;
            }
        }
    }
    EXPECT_GT(refused, 100u);
    EXPECT_GT(placed, 1000u);
}

TEST(Allocation, BootInfoHasAnEnd) {
    capdl::Untypeds untypeds;
    untypeds.add(PhysRange::between(PhysAddr{0x1000}, PhysAddr{0x8000}), true, 47, 4);
    untypeds.add(PhysRange::between(PhysAddr{0x11000}, PhysAddr{0x14000}), false, 47, 4);
    EXPECT_EQ(untypeds.pieces().size(), 4u);
    EXPECT_EQ(untypeds.lost(), 1u);
    EXPECT_EQ(untypeds.left(), 0x1000u);
    EXPECT_TRUE(untypeds.take(12));
    EXPECT_FALSE(untypeds.take(4));
}

}  // namespace
}  // namespace mkl
