// SPDX-License-Identifier: BSD-2-Clause
// How nodes raise signals at each other: interrupts while they last, else by polling.
#include <gtest/gtest.h>

#include "make_hardware.hpp"
#include "mkl/partition/why.hpp"
#include "mkl/support/text.hpp"
#include "planned.hpp"

namespace mkl {
namespace {

using test::make_virt;
using test::plan_of;
using test::system_with;

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

TEST(Partition, ADoorbellPageHas512Words) {
    for (const bool is_riscv : {false, true}) {
        Hardware h = make_virt();
        if (is_riscv) {
            h.architecture = Architecture::riscv64;
            h.controller.type = InterruptControllerType::plic;
            h.controller.plic_context = {1, 3};
        }
        const size_t most = is_riscv ? 512 : 15 + 512;
        for (const size_t signals : {most, most + 1}) {
            std::string yaml = "nodes: {a: {cpu: 0, memory: 2M}, b: {cpu: 1, memory: 2M}}\n"
                               "components: {x: {node: a, elf: x}, y: {node: b, elf: y}}\n"
                               "connections:\n";
            for (size_t i = 0; i < signals; i++)
                yaml += cat("  s", i, ": {type: notification, from: x.o", i, ", to: y.i", i, "}\n");
            DiagnosticSink sink;
            const auto system = test::read_system(system_with(yaml), sink);
            ASSERT_TRUE(system && check(*system, h, sink));
            EXPECT_EQ(partition(*system, h, sink).has_value(), signals == most) << signals;
            if (signals == most) continue;
            ASSERT_TRUE(sink.has("E307"));
            EXPECT_NE(
                sink.all().back().message.find("more than 512 that share one come from node 'a'"),
                std::string::npos)
                << sink.all().back().message;
        }
    }
}

/// An unmodified seL4 sends nothing to a CPU with an Aff3.
TEST(Partition, SignalsThatWouldMissTheirCpuArePolled) {
    Hardware h = make_virt();
    h.cpus[1].hwid = {0x0200010300};
    const auto polled = [&](const std::string& a, const std::string& b) {
        const auto p = plan_of(
            system_with("nodes:\n  a: {cpu: 0, memory: 2M" + a + "}\n  b: {cpu: 1, memory: 2M" + b +
                        "}\ncomponents: {x: {node: a, elf: x}, y: {node: b, elf: y}}\n"
                        "connections:\n  s: {type: notification, from: x.o, to: y.i}\n"
                        "  t: {type: notification, from: y.o, to: x.i}\n"),
            h);
        EXPECT_TRUE(p);
        std::vector<bool> out;
        for (size_t i = 0; p && i < 2; i++) out.push_back(p->plan.nodes[i].sends.at(0).polled);
        return out;
    };
    const std::string stock = ", kernel: {elf: k.elf, config: g.json}";
    EXPECT_EQ(polled("", ""), (std::vector{false, false}));
    EXPECT_EQ(polled(stock, ""), (std::vector{true, true})) << "both ways or none";
    EXPECT_EQ(polled("", stock), (std::vector{false, false})) << "the other has no Aff3";
    h.cpus[1].hwid = {0x010300};
    EXPECT_EQ(polled(stock, ""), (std::vector{false, false}));
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

}  // namespace
}  // namespace mkl
