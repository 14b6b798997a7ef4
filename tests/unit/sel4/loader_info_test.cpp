// SPDX-License-Identifier: BSD-2-Clause
// What a kernel with loader info is told, and what it is kept from.
#include "mkl/sel4/loader_info.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "fake_kernel.hpp"

namespace mkl::sel4 {
namespace {

using test::range;

/// Two nodes, a pool of both, a pool of node1's alone, a log that node0 prints.
Plan two_nodes() {
    Plan plan;
    plan.ram = {range(0x40000000, 0x40000000)};
    plan.loader = range(0x70000000, 0x1000000);
    for (uint64_t i = 0; i < 2; i++) {
        PlanNode& n = plan.nodes.emplace_back();
        n.name = cat("node", i);
        n.hwid.value = 0x100 * i;
        n.memory = {range(0x40000000 + i * 0x10000000, 0x10000000)};
        n.status = range(0x71010000 + i * 0x1000, 0x1000);
    }
    plan.nodes[0].prints_logs = true;
    plan.nodes[1].log = range(0x71000000, 0x10000);
    plan.pools.resize(2);
    plan.pools[0].range = range(0x60000000, 0x200000);
    plan.pools[0].nodes = {
        {0, Rights::read_write},
        {1, Rights::read_only }
    };
    plan.pools[1].range = range(0x60200000, 0x200000);
    plan.pools[1].nodes = {
        {1, Rights::read_write}
    };
    return plan;
}

const InfoParts parts{range(0x40000000, 0x240000), range(0x40241000, 0x5000), 0x400000, 0x400010,
                      range(0x40240000, 0x1000)};

TEST(LoaderInfo, KeepsRamOfOthersAndNothingThatIsShared) {
    const Plan plan = two_nodes();
    EXPECT_EQ(kept_from(plan, 0),
              (std::vector{range(0x50000000, 0x10000000), range(0x60200000, 0x10e00000),
                           range(0x71012000, 0xefee000)}));
    EXPECT_EQ(kept_from(plan, 1),
              (std::vector{range(0x40000000, 0x10000000), range(0x60400000, 0x10c00000),
                           range(0x71012000, 0xefee000)}));
}

TEST(LoaderInfo, IsPackedInItsOrder) {
    DiagnosticSink sink;
    const auto page = loader_info(two_nodes(), 0, parts, {}, sink);
    ASSERT_TRUE(page && page->size() == MKL_PAGE_SIZE);
    uint64_t words[26];
    std::memcpy(words, page->data(), sizeof words);
    const uint64_t expected[] = {
        0x73654c34, 0x400010,   0x0204010101,     // counts: 1, 1, 1, 4, 2
        0x40000000, 0x40240000,                   // kernel
        0x40000000, 0x50000000,                   // RAM
        0x40241000, 0x40246000, 0x400000,     0,  // root task
        0x40240000, 0x40241000,                   // reserved: the page itself
        0x50000000, 0x60000000, 0x60200000,   0x71000000, 0x71012000, 0x80000000,  // and of others
        0,          0x100,                                                         // CPUs
    };
    for (size_t i = 0; i < std::size(expected); i++) EXPECT_EQ(words[i], expected[i]) << i;
}

TEST(LoaderInfo, RefusesMoreRangesThanThePageHolds) {
    Plan plan = two_nodes();
    for (uint64_t i = 0; i < 16; i++) {
        PlanPool& pool = plan.pools.emplace_back();
        pool.range = range(0x62000000 + i * 0x400000, 0x200000);
        pool.nodes = {
            {0, Rights::read_write}
        };
    }
    DiagnosticSink sink;
    EXPECT_FALSE(loader_info(plan, 0, parts, {}, sink));
    ASSERT_EQ(sink.all().size(), 1u);
    EXPECT_EQ(sink.all()[0].id, "E562");
}

}  // namespace
}  // namespace mkl::sel4
