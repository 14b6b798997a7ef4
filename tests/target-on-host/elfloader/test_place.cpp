// SPDX-License-Identifier: BSD-2-Clause
// Copying and zeroing of segments and the status page, on memory whose addresses the plan names.
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstring>

#include "main.hpp"
#include "mkl/abi/ring.h"
#include "payload_builder.hpp"

namespace mkl::loader::test {
namespace {

/// The RAM of payload_builder.hpp at its real addresses, filled with 0xa5.
class Place : public testing::Test {
protected:
    static constexpr uint64_t base = 0x40000000, size = 0xa000000;
    void SetUp() override {
        void* const want = reinterpret_cast<void*>(base);
        memory = mmap(want, size, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
        if (memory != want) GTEST_SKIP() << "the addresses are taken in this process";
        std::memset(at(0x40000000), 0xa5, 0x200000);
        std::memset(at(0x48000000), 0xa5, 0x2000);
        std::memset(at(0x49000000), 0xa5, 0x40000);
        ASSERT_EQ(verdict(builder, &payload), "");
    }
    void TearDown() override {
        if (memory == reinterpret_cast<void*>(base)) munmap(memory, size);
    }
    static uint8_t* at(uint64_t address) { return reinterpret_cast<uint8_t*>(address); }

    void* memory = nullptr;
    PayloadBuilder builder;
    Payload payload;
};

TEST_F(Place, CopiesAndZeroesExactlyTheSegments) {
    prepare_common(payload);
    StatusPage status{payload.nodes[0].status};
    ASSERT_TRUE(prepare_node(payload, payload.nodes[0], status).ok());
    EXPECT_EQ(std::memcmp(at(0x40000000), builder.data.data(), 0x70), 0);
    for (uint64_t i = 0x70; i < 0x1000; i++) ASSERT_EQ(at(0x40000000)[i], 0) << i;
    EXPECT_EQ(at(0x40001000)[0], 0xa5);
    EXPECT_EQ(at(0x40100000)[0], 0xa5);  // the other node
    EXPECT_EQ(status.stage(), MKL_STAGE_COPIED);
}

TEST_F(Place, OddSizesAreZeroedToTheLastByte) {
    for (uint64_t file = 0; file <= 17; file++) {
        for (const uint64_t extra : {0, 1, 5, 8, 70}) {
            std::memset(at(0x40000000), 0xa5, 0x1000);
            builder.segments[0].file_size = file;
            builder.segments[0].memory_size = file + extra;
            ASSERT_EQ(verdict(builder, &payload), "");
            StatusPage status{payload.nodes[0].status};
            ASSERT_TRUE(prepare_node(payload, payload.nodes[0], status).ok());
            EXPECT_EQ(std::memcmp(at(0x40000000), builder.data.data(), file), 0);
            for (uint64_t i = file; i < file + extra; i++) ASSERT_EQ(at(0x40000000)[i], 0);
            EXPECT_EQ(at(0x40000000)[file + extra], 0xa5);
        }
    }
}

TEST_F(Place, OneBadEntryLeavesTheNodeUntouched) {
    builder.archive[builder.entries[1].offset] ^= 1;
    StatusPage status{payload.nodes[0].status};
    status.init(payload.nodes[0], 2, 1000);
    const Fault f = prepare_node(payload, payload.nodes[0], status);
    EXPECT_EQ(f.status, MKL_STATUS_HASH);
    EXPECT_STREQ(f.subject, "node0/boot-record.bin");
    EXPECT_EQ(at(0x40000000)[0], 0xa5);
    status.fail(f);
    const auto* page = reinterpret_cast<const mkl_status*>(payload.nodes[0].status);
    EXPECT_EQ(page->error, MKL_STATUS_HASH);
    EXPECT_STREQ(page->text, "node0/boot-record.bin: SHA-256 differs");
}

TEST_F(Place, CommonMemoryIsMade) {
    prepare_common(payload);
    for (uint64_t i = 0; i < 0x1000; i++) ASSERT_EQ(at(0x48000000)[i], 0);
    EXPECT_EQ(at(0x48001000)[0], 0xa5);  // of the pool, and nobody's to map
    for (const mkl_payload_node& n : payload.nodes) {
        const auto* page = reinterpret_cast<const mkl_status*>(n.status);
        EXPECT_EQ(page->magic, MKL_STATUS_MAGIC);
        EXPECT_EQ(page->node_id, n.id);
        EXPECT_EQ(page->stage, MKL_STAGE_LOADER);
        EXPECT_STREQ(page->name, n.name);
        const auto* ring = reinterpret_cast<const mkl_ring*>(n.log);
        EXPECT_EQ(ring->magic, MKL_RING_MAGIC);
        EXPECT_EQ(ring->capacity, MKL_LOG_RING_SIZE - MKL_RING_DATA);
        EXPECT_EQ(ring->written, 0u);
    }
}

TEST_F(Place, StageOnlyRises) {
    StatusPage status{payload.nodes[0].status};
    status.init(payload.nodes[0], 2, 1000);
    status.reach(MKL_STAGE_VERIFIED, 7);
    status.reach(MKL_STAGE_ENTERED, 9);
    const auto* page = reinterpret_cast<const mkl_status*>(payload.nodes[0].status);
    EXPECT_EQ(page->stage, MKL_STAGE_VERIFIED);
    EXPECT_EQ(page->stamp[MKL_STAGE_ENTERED], 9u);
}

}  // namespace
}  // namespace mkl::loader::test
