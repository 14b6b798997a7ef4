// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/partition/partition.hpp"

#include <gtest/gtest.h>

#include "golden.hpp"
#include "make_hardware.hpp"
#include "mkl/partition/map.hpp"
#include "mkl/partition/why.hpp"
#include "mkl/support/text.hpp"
#include "planned.hpp"

namespace mkl {
namespace {

using test::ids_of;
using test::make_virt;
using test::plan_of;
using test::range;
using test::read_system;
using test::system_with;

TEST(Partition, AdderHasItsPublishedNumbers) {
    const auto p = plan_of(
        test::read_text(std::filesystem::path{MKL_SOURCE_DIR} / "examples/adder/system.yaml"),
        make_virt());
    ASSERT_TRUE(p);
    ASSERT_EQ(p->plan.nodes.size(), 2u);
    EXPECT_EQ(p->plan.nodes[0].memory, std::vector{range(0x40000000, 256 << 20)});
    EXPECT_EQ(p->plan.nodes[1].memory, std::vector{range(0x50000000, 256 << 20)});
    EXPECT_EQ(p->plan.pools.at(0).range, range(0x60000000, 256 << 20));
    EXPECT_EQ(p->plan.loader, range(0x70000000, 64 << 20));
    EXPECT_TRUE(p->plan.nodes[0].prints_logs);
    EXPECT_FALSE(p->plan.nodes[0].log);
    EXPECT_EQ(p->plan.nodes[1].log, range(0x74000000, 0x10000));
    EXPECT_EQ(p->plan.status, range(0x74010000, 0x2000));
    test::expect_golden(to_json(p->plan, p->system, p->hardware),
                        std::filesystem::path{MKL_SOURCE_DIR} /
                            "tests/golden/partition/adder.plan.json");
    test::expect_golden(map_text(p->plan, p->system, p->hardware),
                        std::filesystem::path{MKL_SOURCE_DIR} /
                            "tests/golden/partition/adder.map.txt");
    test::expect_golden(map_svg(p->plan, p->system, p->hardware),
                        std::filesystem::path{MKL_SOURCE_DIR} /
                            "tests/golden/partition/adder.map.svg");
}

TEST(Partition, FixedFirstThenLargestLowest) {
    const auto p = plan_of(system_with("nodes:\n"
                                       "  a: {cpu: 0, memory: 64M}\n"
                                       "  b: {cpu: 1, memory: [{base: 0x40000000, size: 2M}, 4M]}\n"
                                       "shared:\n"
                                       "  p: {size: 128M, nodes: {a: rw, b: rw}}\n"),
                           make_virt());
    ASSERT_TRUE(p);
    EXPECT_EQ(p->plan.pools[0].range, range(0x40200000, 128 << 20));
    EXPECT_EQ(p->plan.nodes[0].memory, std::vector{range(0x48200000, 64 << 20)});
    EXPECT_EQ(p->plan.nodes[1].memory,
              (std::vector{range(0x40000000, 2 << 20), range(0x4c200000, 4 << 20)}));
}

TEST(Partition, DevicesBringPagesAndInterrupts) {
    const auto p = plan_of(system_with("nodes:\n"
                                       "  a:\n    cpu: 0\n    memory: 64M\n    console: serial0\n"
                                       "    devices: [/virtio_mmio@a000*, /soc/timer@b001000]\n"),
                           make_virt());
    ASSERT_TRUE(p);
    const PlanNode& n = p->plan.nodes[0];
    EXPECT_EQ(n.devices.size(), 10u);
    EXPECT_EQ(n.devices.front(), "/pl011@9000000");
    EXPECT_EQ(n.device_pages, (std::vector{range(0x9000000, 0x1000), range(0xa000000, 0x1000),
                                           range(0xb001000, 0x1000)}));
    ASSERT_EQ(n.interrupts.size(), 10u);
    EXPECT_EQ(n.interrupts.front().id, 33u);
    EXPECT_EQ(n.interrupts.back().id, 70u);
}

TEST(Partition, QueuesTakeMemoryAndASignalEachWay) {
    const auto p = plan_of(system_with("nodes: {a: {cpu: 0, memory: 2M}, b: {cpu: 1, memory: 2M}}\n"
                                       "shared: {r: {size: 4K, nodes: {a: rw, b: r}}}\n"
                                       "components: {x: {node: a, elf: x}, y: {node: b, elf: y}}\n"
                                       "connections:\n"
                                       "  q: {type: queue, from: x.q, to: y.q, size: 5000}\n"
                                       "  c: {type: rpc, from: y.c, to: x.c}\n"),
                           make_virt());
    ASSERT_TRUE(p);
    EXPECT_TRUE(p->plan.pools.at(0).slices.empty());  // b may only read there
    ASSERT_EQ(p->plan.pools.at(1).slices.size(), 2u);
    EXPECT_EQ(p->plan.pools[1].slices[0].range.size_bytes(), 8192u);
    ASSERT_EQ(p->plan.nodes[0].receives.size(), 2u);
    ASSERT_EQ(p->plan.nodes[1].receives.size(), 2u);
    EXPECT_EQ(p->plan.nodes[1].receives[0].connection, 0u);
    EXPECT_EQ(p->plan.nodes[0].receives[0].connection, 0u);
}

TEST(Partition, SmallBoardsKeepALoaderNearTheTop) {
    const auto p = plan_of(system_with("nodes: {a: {cpu: 0, memory: 32M}}\n"),
                           test::make_board(1, {range(0x80000000, 64 << 20)}));
    ASSERT_TRUE(p);
    EXPECT_TRUE(p->sink.has("N302"));
    EXPECT_EQ(p->plan.loader, range(0x82000000, 16 << 20));
}

TEST(Partition, LoaderGoesBelowClaimsAtTheTop) {
    const auto p = plan_of(
        system_with("nodes: {a: {cpu: 0, memory: {base: 0x50000000, size: 768M}}}\n"), make_virt());
    ASSERT_TRUE(p);
    EXPECT_EQ(p->plan.loader, range(0x40000000, 64 << 20));
    EXPECT_FALSE(p->sink.has("N302"));
}

TEST(Partition, FlexibleMemoryKeepsOffAFixedLoader) {
    const auto p = plan_of(system_with("loader: {base: 0x40000000, size: 64M}\n"
                                       "nodes: {a: {cpu: 0, memory: 64M}}\n"),
                           make_virt());
    ASSERT_TRUE(p);
    EXPECT_EQ(p->plan.loader, range(0x40000000, 64 << 20));
    EXPECT_EQ(p->plan.nodes[0].memory, std::vector{range(0x44000000, 64 << 20)});
}

/// Banks of 6 and 4 MiB for 4, 2 and 4 MiB fit in one way only, and largest first is not it when
/// the loader needs the rest.
TEST(Partition, TriesOtherOrdersBeforeItRefuses) {
    const auto p = plan_of(
        system_with("nodes: {a: {cpu: 0, memory: [6M, 4M]}, b: {cpu: 1, memory: [4M, 4M]}}\n"),
        test::make_board(2, {range(0x40000000, 8 << 20), range(0x50000000, 10 << 20),
                             range(0x60000000, 0x600000)}));
    ASSERT_TRUE(p);
    EXPECT_EQ(p->plan.nodes[0].memory.size(), 2u);
}

/// The whole text for one thing of each kind, as a user sees it.
TEST(Why, SaysWhoAndThroughWhichChain) {
    Hardware board = make_virt(3);
    for (Device& d : board.devices)
        if (d.path == "/pl031@9010000") d.labels = {"rtc"};
    test::add_device(board, "/pcie@3f000000", {range(0x3f000000, 0x1000000)}, 0).windows = {
        range(0x8000000000, 0x8000000000)};
    const auto p = plan_of(
        system_with(
            "nodes:\n"
            "  a: {cpu: 0, memory: 64M, console: serial0, devices: [/virtio_mmio@a000000]}\n"
            "  b: {cpu: 1, memory: 64M, devices: [/soc/timer@b000000]}\n"
            "components:\n"
            "  x: {node: a, elf: x, devices: {/virtio_mmio@a000000: {map: regs, irq: line}}}\n"
            "  y: {node: b, elf: y, dma: {ring: {size: 64K}}}\n"
            "connections:\n"
            "  d: {type: shared-data, from: x.d, to: y.d}\n"
            "  s: {type: notification, from: x.s, to: y.s}\n"),
        board);
    ASSERT_TRUE(p);
    std::string text;
    for (const std::string_view thing : {"serial0",
                                         "/pl031@9010000",
                                         "serial1",
                                         "/virtio_mmio@a000200",
                                         "/soc/timer@b001000",
                                         "/soc/uart@b200000",
                                         "/soc/ethernet@b300000",
                                         "/intc@8000000",
                                         "irq 33",
                                         "70",
                                         "cpu 0",
                                         "/cpus/cpu@2",
                                         "0x40000000",
                                         "0x44000000",
                                         "0x9000004",
                                         "0x7fffffff",
                                         "a",
                                         "auto",
                                         "x",
                                         "d",
                                         "s",
                                         "x.d",
                                         "y.s",
                                         "x.regs",
                                         "x.line",
                                         "y.ring",
                                         "rtc",
                                         "&rtc",
                                         "pl061",
                                         "timer@b000000",
                                         "0x8000001000"}) {
        DiagnosticSink sink;
        const auto answer = why(p->plan, p->system, p->hardware, thing, 1, sink);
        ASSERT_TRUE(answer) << thing;
        text += "$ mkl why " + std::string{thing} + " --node b\n" + *answer + "\n";
    }
    test::expect_golden(text,
                        std::filesystem::path{MKL_SOURCE_DIR} / "tests/golden/partition/why.txt");
    const auto hint = [&](std::string_view thing) {
        DiagnosticSink sink;
        EXPECT_FALSE(why(p->plan, p->system, p->hardware, thing, std::nullopt, sink));
        EXPECT_TRUE(sink.has("E310")) << thing;
        return sink.all().at(0).hint;
    };
    EXPECT_EQ(hint("serial7"), "did you mean `serial0`?");
    EXPECT_EQ(hint("rtx"), "did you mean `rtc`?");
    EXPECT_EQ(hint("x.rexs"), "did you mean `x.regs`?");
    EXPECT_EQ(hint("x.somewhere"), "the ends of x are x.d, x.s, x.regs, x.line");
    EXPECT_EQ(hint("timer"), "2 devices are called so: /soc/timer@b000000, /soc/timer@b001000");
    EXPECT_EQ(hint("nothing.like.it").substr(0, 13), "name a device");
}

TEST(Partition, WithoutRulesFixedMemoryIsStillChecked) {
    DiagnosticSink sink;
    const auto system =
        read_system(system_with("nodes: {a: {cpu: 0, memory: {base: 0x0, size: 2M}}}\n"), sink);
    ASSERT_TRUE(system);
    EXPECT_FALSE(partition(*system, make_virt(), sink));
    EXPECT_TRUE(sink.has("E301")) << ids_of(sink);
}

TEST(Partition, LogsNeedRoomBesideAFixedLoader) {
    DiagnosticSink sink;
    const auto system = read_system(system_with("loader: {base: 0x80200000, size: 6M}\n"
                                                "nodes: {a: {cpu: 0, memory: 2M}}\n"),
                                    sink);
    ASSERT_TRUE(system);
    EXPECT_FALSE(partition(*system, test::make_board(1, {range(0x80000000, 8 << 20)}), sink));
    EXPECT_TRUE(sink.has("E306")) << ids_of(sink);
}

}  // namespace
}  // namespace mkl
