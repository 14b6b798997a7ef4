// SPDX-License-Identifier: BSD-2-Clause
// Random boards, random systems: what the solver plans keeps every promise, page by page, by a
// checker that shares nothing with it; what it does not plan, it says.
#include <gtest/gtest.h>

#include <cstdio>

#include "mkl/partition/partition.hpp"
#include "mkl/rules/rules.hpp"
#include "plan_checker.hpp"
#include "random_system.hpp"
#include "share_of.hpp"

namespace mkl {
namespace {

TEST(Property, PlansOfRandomSystemsKeepEveryPromise) {
    test::RandomCases cases{20260407};
    const size_t count = test::share_of(100'000);
    size_t planned = 0, refused = 0;
    for (size_t i = 0; i < count; i++) {
        const test::RandomCase c = cases.next();
        DiagnosticSink sink;
        std::optional<Plan> plan;
        if (check(c.system, c.hardware, sink)) plan = partition(c.system, c.hardware, sink);
        ASSERT_NE(plan.has_value(), sink.has_errors()) << "case " << i;
        if (!plan) {
            refused++;
            continue;
        }
        planned++;
        ASSERT_EQ(test::PlanChecker(*plan, c.system, c.hardware).check(), "") << "case " << i;
    }
    std::printf("random systems: %zu, planned and checked %zu, refused %zu\n", count, planned,
                refused);
    EXPECT_GT(planned, count / 10);
    EXPECT_GT(refused, count / 10);
}

}  // namespace
}  // namespace mkl
