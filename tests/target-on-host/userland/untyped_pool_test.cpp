// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/user/untyped_pool.hpp"

#include <gtest/gtest.h>

namespace mkl::user {
namespace {

TEST(UntypedPool, TakesSmallObjectsFromSmallUntypeds) {
    UntypedPool pool;
    pool.add(0x40000000, 27, false, 1);
    pool.add(0x48000000, 13, false, 2);
    pool.add(0x9000000, 12, true, 3);
    for (int i = 0; i < 2; i++) {
        Untyped* u = pool.best_fit(12);
        ASSERT_NE(u, nullptr);
        EXPECT_EQ(u->cap, 2u);
        UntypedPool::take(*u, 12, 1);
    }
    EXPECT_EQ(pool.best_fit(12)->cap, 1u) << "the small one is full";
    EXPECT_EQ(pool.best_fit(28), nullptr) << "device memory is never ordinary";
}

TEST(UntypedPool, AlignsLikeRetype) {
    UntypedPool pool;
    pool.add(0x40000000, 14, false, 1);
    Untyped* u = pool.best_fit(5);
    UntypedPool::take(*u, 5, 3);
    EXPECT_EQ(u->used, 96u);
    EXPECT_EQ(UntypedPool::room(*u, 12), 3u);
    UntypedPool::take(*u, 12, 3);
    EXPECT_EQ(u->left(), 0u);
    EXPECT_EQ(UntypedPool::room(*u, 4), 0u);
}

/// Walks from 0 to a page far inside with fillers that are aligned, never pass it, and are few.
TEST(UntypedPool, WalksWithLargestFillers) {
    UntypedPool pool;
    pool.add(0x40000000, 30, true, 1);
    const uint64_t target = 0x6ff43000;
    Untyped* u = pool.containing(target, 0x1000);
    ASSERT_NE(u, nullptr);
    unsigned steps = 0;
    while (const unsigned bits = UntypedPool::filler_bits(*u, target)) {
        const uint64_t at = u->base + u->used;
        ASSERT_EQ(at & ((uint64_t{1} << bits) - 1), 0u);
        ASSERT_LE(at + (uint64_t{1} << bits), target);
        UntypedPool::take(*u, bits, 1);
        steps++;
    }
    EXPECT_EQ(u->base + u->used, target);
    EXPECT_LE(steps, 30u);
    UntypedPool::take(*u, 12, 1);
    EXPECT_EQ(pool.containing(target, 0x1000), nullptr) << "the watermark has passed it";
    EXPECT_EQ(pool.containing(0x7ffff000, 0x2000), nullptr) << "reaches over the end";
}

}  // namespace
}  // namespace mkl::user
