// SPDX-License-Identifier: BSD-2-Clause
// Every plan keeps its promises, and what is refused cannot be packed: random systems.
#include <gtest/gtest.h>

#include <random>

#include "make_hardware.hpp"
#include "plan_checker.hpp"
#include "planned.hpp"
#include "random_system.hpp"

namespace mkl {
namespace {

using test::ids_of;
using test::range;

/// Every plan for a random system is proved page by page; every refusal has a reason.
TEST(PartitionProperty, PlansOfRandomSystemsKeepEveryPromise) {
    test::RandomCases cases{20260101};
    size_t planned = 0, refused = 0;
    for (int i = 0; i < 2000; i++) {
        const test::RandomCase c = cases.next();
        DiagnosticSink sink;
        std::optional<Plan> plan;
        if (check(c.system, c.hardware, sink)) plan = partition(c.system, c.hardware, sink);
        if (!plan) {
            ASSERT_TRUE(sink.has_errors()) << "case " << i;
            refused++;
            continue;
        }
        ASSERT_FALSE(sink.has_errors()) << "case " << i;
        planned++;
        ASSERT_EQ(test::PlanChecker(*plan, c.system, c.hardware).check(), "") << "case " << i;
    }
    EXPECT_GT(planned, 300u);
    EXPECT_GT(refused, 300u);
}

/// Whether `sizes` (in units) can be laid into `banks` (in units) at all; by brute force.
bool packs(std::vector<uint64_t> banks, std::vector<uint64_t> sizes) {
    if (sizes.empty()) return true;
    const uint64_t size = sizes.back();
    sizes.pop_back();
    for (uint64_t& bank : banks) {
        if (bank < size) continue;
        bank -= size;
        if (packs(banks, sizes)) return true;
        bank += size;
    }
    return false;
}

/// What is refused is infeasible: banks of whole 2 MiB blocks, so that only the sum per bank
/// counts, against an exhaustive packer.
TEST(PartitionProperty, RefusesOnlyWhatCannotBePacked) {
    std::mt19937 engine{7};
    const auto below = [&](uint64_t limit) { return engine() % limit; };
    constexpr uint64_t unit = uint64_t{2} << 20;
    size_t refused = 0;
    for (int i = 0; i < 2000; i++) {
        std::vector<PhysRange> ram;
        std::vector<uint64_t> banks, sizes{3};  // 3: loader 4 MiB and what stands behind it
        for (uint64_t b = 0; b < 1 + below(3); b++) {
            banks.push_back(1 + below(9));
            ram.push_back(range(0x40000000 + (b << 28), banks.back() * unit));
        }
        System system;
        for (size_t n = 0; n < 1 + below(5); n++) {
            NodeRequest& node = system.nodes.emplace_back();
            node.name.value = "n" + std::to_string(n);
            node.cpu.number = n;
            sizes.push_back(1 + below(5));
            node.memory.push_back({
                std::nullopt, {sizes.back() * unit, {}},
                 {                   }
            });
        }
        DiagnosticSink sink;
        const bool planned = partition(system, test::make_board(5, ram), sink).has_value();
        ASSERT_EQ(planned, packs(banks, sizes)) << "case " << i << "\n" << ids_of(sink);
        refused += planned ? 0 : 1;
    }
    EXPECT_GT(refused, 300u);
    EXPECT_LT(refused, 1700u);
}

}  // namespace
}  // namespace mkl
