// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/partition/partition.hpp"

#include <gtest/gtest.h>

#include <random>

#include "golden.hpp"
#include "make_hardware.hpp"
#include "mkl/partition/map.hpp"
#include "mkl/partition/why.hpp"
#include "mkl/rules/rules.hpp"
#include "mkl/support/text.hpp"
#include "plan_checker.hpp"
#include "random_system.hpp"
#include "system_text.hpp"

namespace mkl {
namespace {

using test::ids_of;
using test::make_virt;
using test::range;
using test::read_system;

/// Plan of a YAML text on a board; a test fails if there is none.
struct Planned {
    System system;
    Hardware hardware;
    Plan plan;
    DiagnosticSink sink;
};
std::optional<Planned> plan_of(std::string_view yaml, Hardware hardware) {
    Planned p;
    std::optional<System> system = read_system(yaml, p.sink);
    if (!system) return std::nullopt;
    p.system = std::move(*system);
    p.hardware = std::move(hardware);
    if (!check(p.system, p.hardware, p.sink)) return std::nullopt;
    std::optional<Plan> plan = partition(p.system, p.hardware, p.sink);
    if (!plan) return std::nullopt;
    p.plan = std::move(*plan);
    return p;
}

std::string system_with(std::string_view rest) {
    return "mkl: 1\nboard: {dtb: board.dtb}\n" + std::string{rest};
}

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

TEST(Partition, GicTargets) {
    const std::string yaml =
        system_with("nodes: {a: {cpu: 0, memory: 2M}, b: {cpu: 1, memory: 2M}}\n"
                    "components: {x: {node: a, elf: x}, y: {node: b, elf: y}}\n"
                    "connections: {s: {type: notification, from: x.o, to: y.i}}\n");
    Hardware v3 = make_virt();
    v3.cpus[1].hwid = {0x0200010300};
    auto p = plan_of(yaml, v3);
    ASSERT_TRUE(p);
    EXPECT_EQ(p->plan.nodes[0].sends.at(0).target, 0x02010300u);
    EXPECT_EQ(p->plan.nodes[1].receives.at(0).id, 0u);

    Hardware v2 = make_virt();
    v2.controller.type = InterruptControllerType::gicv2;
    v2.cpus[0].hwid = {0x100};  // the tree lists the second cluster first
    v2.cpus[1].hwid = {0x0};
    p = plan_of(yaml, v2);
    ASSERT_TRUE(p);
    EXPECT_EQ(p->plan.nodes[0].cpu_number, 1u);
    EXPECT_EQ(p->plan.nodes[0].sends.at(0).target, 0u);

    Hardware riscv = make_virt();
    riscv.architecture = Architecture::riscv64;
    riscv.controller.type = InterruptControllerType::plic;
    riscv.controller.plic_context = {1, 3};
    p = plan_of(yaml, riscv);
    ASSERT_TRUE(p);
    EXPECT_EQ(p->plan.nodes[1].cpu_number, 3u);
    EXPECT_FALSE(p->plan.nodes[1].receives.at(0).id);
    EXPECT_EQ(p->plan.nodes[1].receives[0].mux, (std::pair<uint32_t, uint32_t>{0, 0}));
}

/// An unmodified seL4 for RISC-V neither raises nor takes an interrupt of another hart.
TEST(Partition, SignalsThatNothingCanRaiseArePolled) {
    Hardware riscv = make_virt(3);
    riscv.architecture = Architecture::riscv64;
    riscv.controller.type = InterruptControllerType::plic;
    riscv.controller.plic_context = {1, 3, 5};
    const auto p = plan_of(
        system_with(
            "nodes:\n"
            "  a: {cpu: 0, memory: 2M}\n"
            "  b: {cpu: 1, memory: 2M, kernel: {elf: k.elf, config: g.json}}\n"
            "  c: {cpu: 2, memory: 2M}\n"
            "components: {x: {node: a, elf: x}, y: {node: b, elf: y}, z: {node: c, elf: z}}\n"
            "connections:\n"
            "  s: {type: notification, from: x.o, to: y.i}\n"
            "  t: {type: notification, from: y.o, to: x.i}\n"
            "  u: {type: notification, from: z.o, to: x.j}\n"),
        riscv);
    ASSERT_TRUE(p);
    const std::vector<PlanNode>& nodes = p->plan.nodes;
    EXPECT_TRUE(nodes[0].sends.at(0).polled);
    EXPECT_EQ(nodes[0].sends[0].word, 0u);
    EXPECT_TRUE(nodes[1].receives.at(0).polled);
    EXPECT_TRUE(nodes[1].sends.at(0).polled);
    EXPECT_TRUE(nodes[0].receives.at(0).polled);
    EXPECT_FALSE(nodes[2].sends.at(0).polled) << "of two built-in kernels";
    EXPECT_EQ(nodes[2].sends[0].target, nodes[0].hwid.value);
    EXPECT_FALSE(nodes[0].receives.at(1).polled);
    const auto signals = [&](size_t node) {
        for (const Guarantee& g : nodes[node].guarantees)
            if (g.resource == "signals") return g.text;
        return std::string{};
    };
    EXPECT_NE(signals(0).find("Polled: 1 in, 1 out"), std::string::npos) << signals(0);
    EXPECT_NE(signals(1).find("takes none. Polled: 1 in, 1 out"), std::string::npos) << signals(1);
    EXPECT_NE(signals(1).find("every 500 microseconds"), std::string::npos) << signals(1);
    EXPECT_EQ(signals(2).find("Polled"), std::string::npos) << signals(2);
    const std::string json = to_json(p->plan, p->system, p->hardware);
    EXPECT_NE(json.find(R"({"to": "b", "signal": "s", "polled": true})"), std::string::npos)
        << json;
    DiagnosticSink sink;
    const auto reason = why(p->plan, p->system, p->hardware, "s", std::nullopt, sink);
    ASSERT_TRUE(reason);
    EXPECT_NE(reason->find("signal from a to b, which watches word 0 of doorbell-a-b"),
              std::string::npos)
        << *reason;
}

/// Firmware that keeps all of them.
TEST(Partition, WithoutSgisSignalsArePolled) {
    const auto p = plan_of("mkl: 1\nboard: {dtb: board.dtb, sgis: []}\n"
                           "nodes: {a: {cpu: 0, memory: 2M}, b: {cpu: 1, memory: 2M}}\n"
                           "components: {x: {node: a, elf: x}, y: {node: b, elf: y}}\n"
                           "connections: {c: {type: rpc, from: x.o, to: y.i}}\n",
                           make_virt());
    ASSERT_TRUE(p);
    EXPECT_TRUE(p->plan.nodes[0].sends.at(0).polled);
    EXPECT_TRUE(p->plan.nodes[0].receives.at(0).polled);
    EXPECT_FALSE(p->plan.nodes[0].receives[0].id);
    EXPECT_EQ(p->plan.nodes[1].receives.at(0).mux, (std::pair<uint32_t, uint32_t>{0, 0}));
}

/// The whole text for one thing of each kind, as a user sees it.
TEST(Why, SaysWhoAndThroughWhichChain) {
    const auto p = plan_of(
        system_with(
            "nodes:\n"
            "  a: {cpu: 0, memory: 64M, console: serial0, devices: [/virtio_mmio@a000000]}\n"
            "  b: {cpu: 1, memory: 64M, devices: [/soc/timer@b000000]}\n"
            "components: {x: {node: a, elf: x}, y: {node: b, elf: y}}\n"
            "connections:\n"
            "  d: {type: shared-data, from: x.d, to: y.d}\n"
            "  s: {type: notification, from: x.s, to: y.s}\n"),
        make_virt(3));
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
                                         "s"}) {
        DiagnosticSink sink;
        const auto answer = why(p->plan, p->system, p->hardware, thing, 1, sink);
        ASSERT_TRUE(answer) << thing;
        text += "$ mkl why " + std::string{thing} + " --node b\n" + *answer + "\n";
    }
    test::expect_golden(text,
                        std::filesystem::path{MKL_SOURCE_DIR} / "tests/golden/partition/why.txt");
    DiagnosticSink sink;
    EXPECT_FALSE(why(p->plan, p->system, p->hardware, "serial7", std::nullopt, sink));
    EXPECT_TRUE(sink.has("E310"));
}

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
