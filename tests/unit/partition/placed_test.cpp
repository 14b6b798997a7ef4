// SPDX-License-Identifier: BSD-2-Clause
// Files and pools that mkl places.
#include <gtest/gtest.h>

#include "make_hardware.hpp"
#include "mkl/partition/map.hpp"
#include "mkl/partition/why.hpp"
#include "mkl/support/text.hpp"
#include "planned.hpp"

namespace mkl {
namespace {

using test::make_virt;
using test::plan_of;
using test::range;
using test::read_system;
using test::system_with;

/// Fixed ones first, then the largest, each as high as it goes; the kernel has what is below.
TEST(Partition, FilesLieAtTheTopOfTheirNode) {
    const auto p = plan_of(system_with("nodes:\n"
                                       "  a: {cpu: 0, memory: {base: 0x50000000, size: 64M}}\n"
                                       "  b: {cpu: 1, memory: 64M}\n"
                                       "files:\n"
                                       "  small: {path: s, node: a, size: 12K}\n"
                                       "  large: {path: l, node: a, size: 5M}\n"
                                       "  low: {path: w, node: a, size: 2M, below: 0x52000000}\n"
                                       "  fixed: {path: f, node: a, base: 0x53fff000, size: 4K}\n"
                                       "  other: {path: o, node: b, size: 4K, align: 16M}\n"),
                           make_virt());
    ASSERT_TRUE(p);
    const PlanNode& a = p->plan.nodes[0];
    const auto mib = [](uint64_t n) { return n << 20; };
    ASSERT_EQ(a.files.size(), 4u);
    EXPECT_EQ(a.files[0].range, range(0x51e00000, mib(2))) << "low";
    EXPECT_EQ(a.files[1].range, range(0x53a00000, mib(5))) << "large, at a multiple of 2 MiB";
    EXPECT_EQ(a.files[2].range, range(0x53ffc000, 12 << 10)) << "small";
    EXPECT_EQ(a.files[3].range, range(0x53fff000, 4 << 10)) << "fixed";
    EXPECT_EQ(a.memory, std::vector{range(0x50000000, mib(64))});
    EXPECT_EQ(a.kernel_ram(), (std::vector{range(0x50000000, mib(30)), range(0x52000000, mib(26)),
                                           range(0x53f00000, 0xfc000)}));
    const PlanNode& b = p->plan.nodes[1];
    ASSERT_EQ(b.files.size(), 1u);
    EXPECT_EQ(b.files[0].range.base().value % mib(16), 0u);
    EXPECT_TRUE(covers(b.memory, b.files[0].range));

    const std::string map = map_text(p->plan, p->system, p->hardware);
    EXPECT_NE(map.find("0x53a00000  0x53f00000  5 MiB"), std::string::npos) << map;
    EXPECT_NE(map.find("large  (file of a)"), std::string::npos) << map;
    EXPECT_NE(map_svg(p->plan, p->system, p->hardware).find("file large"), std::string::npos);
    DiagnosticSink sink;
    const auto of = [&](std::string_view thing) {
        return why(p->plan, p->system, p->hardware, thing, std::nullopt, sink).value_or("");
    };
    EXPECT_NE(of("large").find("[0x53a00000, 0x53f00000) in memory of node a"), std::string::npos)
        << of("large");
    EXPECT_NE(of("0x53a01000").find("file large in memory of node a"), std::string::npos)
        << of("0x53a01000");
}

/// What mkl made once stays where it was, while it is the same pool and all else fits beside it.
TEST(Partition, KeepsThePoolsThatItMade) {
    const std::string rest = "components: {x: {node: a, elf: x}, y: {node: b, elf: y}}\n"
                             "connections: {d: {type: shared-data, from: x.d, to: y.d}}\n";
    DiagnosticSink sink;
    const Hardware hardware = make_virt();
    const auto pool_at = [&](std::string_view memory, const KeptPool& kept) {
        const auto system = read_system(system_with(cat("nodes: {a: {cpu: 0, memory: ", memory,
                                                        "}, b: {cpu: 1, memory: 64M}}\n", rest)),
                                        sink);
        const auto plan =
            system ? partition(*system, hardware, sink, std::span{&kept, 1}) : std::nullopt;
        return plan ? plan->pools.at(0).range.base().value : 0;
    };
    const PhysRange old = range(0x60000000, 2 << 20);
    EXPECT_EQ(pool_at("64M",
                      {
                          "auto", old, {"a", "b"}
    }),
              0x60000000u);
    EXPECT_EQ(pool_at("64M",
                      {
                          "auto", old, {"a", "c"}
    }),
              0x48000000u)
        << "of other nodes";
    EXPECT_EQ(pool_at("64M",
                      {
                          "auto", range(0x60000000, 4 << 20), {"a", "b"}
    }),
              0x48000000u);
    EXPECT_EQ(pool_at("64M",
                      {
                          "auto", range(0x3fe00000, 2 << 20), {"a", "b"}
    }),
              0x48000000u)
        << "not RAM";
    EXPECT_EQ(pool_at("{base: 0x60000000, size: 64M}",
                      {
                          "auto", old, {"a", "b"}
    }),
              0x44000000u)
        << "somebody else's now";
    EXPECT_NE(pool_at("900M",
                      {
                          "auto", old, {"a", "b"}
    }),
              0x60000000u)
        << "in the way";
    EXPECT_FALSE(sink.has_errors());
}

}  // namespace
}  // namespace mkl
