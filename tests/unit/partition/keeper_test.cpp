// SPDX-License-Identifier: BSD-2-Clause
// Who keeps device interrupts with their owners under unmodified seL4 kernels.
#include <gtest/gtest.h>

#include "make_hardware.hpp"
#include "mkl/partition/map.hpp"
#include "mkl/partition/partition.hpp"
#include "mkl/partition/why.hpp"
#include "mkl/rules/rules.hpp"
#include "mkl/support/text.hpp"
#include "system_text.hpp"

namespace mkl {
namespace {

struct Outcome {
    std::optional<Plan> plan;
    System system;
    std::string ids;
};

constexpr std::string_view stock = "{elf: k, config: c}";
constexpr std::string_view told = "{elf: k, config: c, protocol: sel4-loader-info}";

/// Two nodes; drivers for the RTC on `rtc` and the GPIO on `gpio`.
Outcome plan_of(Hardware hardware, std::string_view first_kernel, std::string_view rtc,
                std::string_view gpio, std::string_view second_kernel = stock) {
    std::string yaml = std::string{"mkl: 1\nboard: {dtb: board.dtb}\nnodes:\n"} +
                       "  node0: {cpu: 0, memory: 64M, kernel: " + std::string{first_kernel};
    const auto devices = [&](std::string_view node) {
        std::string list;
        if (rtc == node) list += "/pl031@9010000";
        if (gpio == node) list += list.empty() ? "/pl061@9030000" : ", /pl061@9030000";
        return ", devices: [" + list + "]}\n";
    };
    yaml += devices("node0") +
            "  node1: {cpu: 1, memory: 64M, kernel: " + std::string{second_kernel} +
            devices("node1") + "components:\n";
    const auto driver = [&](std::string_view name, std::string_view node, std::string_view path) {
        if (!node.empty())
            yaml += std::string{"  "} + std::string{name} + ": {node: " + std::string{node} +
                    ", elf: e, devices: {" + std::string{path} + ": {irq: i}}}\n";
    };
    driver("rtc", rtc, "/pl031@9010000");
    driver("gpio", gpio, "/pl061@9030000");
    if (rtc.empty() && gpio.empty()) yaml += "  none: {node: node0, elf: e}\n";
    DiagnosticSink sink;
    Outcome out;
    const auto system = test::read_system(yaml, sink);
    if (system && check(*system, hardware, sink)) out.plan = partition(*system, hardware, sink);
    if (system) out.system = *system;
    out.ids = test::ids_of(sink);
    return out;
}

Hardware gicv2(uint32_t cpus) {
    Hardware h = test::make_virt(cpus);
    h.controller.type = InterruptControllerType::gicv2;
    return h;
}

TEST(Keeper, DecoysOnGicv3) {
    const Outcome o = plan_of(test::make_virt(2), stock, "node0", "node1");
    ASSERT_TRUE(o.plan) << o.ids;
    EXPECT_EQ(o.plan->keeper, InterruptKeeper::decoys);
    const auto &a = o.plan->nodes[0].decoy, &b = o.plan->nodes[1].decoy;
    ASSERT_TRUE(a && b);
    EXPECT_EQ(a->size_bytes(), 0x10000u);
    EXPECT_EQ(a->base().value % 0x10000, 0u);
    EXPECT_FALSE(a->overlaps(*b));
    for (const PhysRange r : {*a, *b}) {
        EXPECT_TRUE(covers(o.plan->ram, r));
        EXPECT_FALSE(r.overlaps(o.plan->loader) || r.overlaps(o.plan->status));
        for (const PlanNode& n : o.plan->nodes)
            for (const PhysRange m : n.memory) EXPECT_FALSE(m.overlaps(r));
    }
}

TEST(Keeper, MapsAndWhySayWhoseADecoyIs) {
    const Hardware hardware = test::make_virt(2);
    const Outcome o = plan_of(hardware, "builtin", "", "node1");
    ASSERT_TRUE(o.plan && o.plan->nodes[1].decoy) << o.ids;
    const PhysRange decoy = *o.plan->nodes[1].decoy;
    const std::string base = hex(decoy.base());
    const std::string text = map_text(*o.plan, o.system, hardware);
    const size_t row = text.find("\n  " + base) + 1;
    ASSERT_NE(row, 0u) << text;
    const std::string line = text.substr(row, text.find('\n', row) - row);
    EXPECT_NE(line.find("decoy"), std::string::npos) << line;
    EXPECT_NE(line.find("decoy of node1  (its kernel's distributor)"), std::string::npos) << line;

    const std::string svg = map_svg(*o.plan, o.system, hardware);
    EXPECT_NE(svg.find(">decoy of node1<"), std::string::npos);
    EXPECT_EQ(svg.find("kept by firmware"), std::string::npos);

    DiagnosticSink sink;
    EXPECT_EQ(why(*o.plan, o.system, hardware, base, 0, sink),
              base + ": RAM " + cat(decoy) + ", decoy of node1: its kernel's distributor\n" +
                  "  node0 does not have it: it is not in its `memory:`\n");
}

/// Where the decoys of `b` and `c` stand, `a` having the built-in kernel. `rest` follows the nodes.
std::vector<PhysRange> decoys(const Hardware& hardware, const std::string& a, std::string_view rest,
                              std::span<const KeptPool> kept = {}) {
    DiagnosticSink sink;
    const auto system =
        test::read_system("mkl: 1\nboard: {dtb: board.dtb}\nnodes:\n  a: {cpu: 0, " + a +
                              "}\n  b: {cpu: 1, memory: 64M, kernel: {elf: k, config: c}}\n"
                              "  c: {cpu: 2, memory: 64M, kernel: {elf: k, config: c}}\n" +
                              std::string{rest},
                          sink);
    if (!system || !check(*system, hardware, sink)) return {};
    const auto plan = partition(*system, hardware, sink, kept);
    EXPECT_TRUE(plan) << test::ids_of(sink);
    std::vector<PhysRange> out;
    for (size_t i = 1; plan && i < 3; i++)
        out.push_back(plan->nodes[i].decoy.value_or(PhysRange{}));
    return out;
}

// A user's kernel is built with its decoy's address.
TEST(Keeper, NoSizeOfTheDescriptionMovesADecoy) {
    const Hardware h = test::make_virt(4);
    const auto here = decoys(h, "memory: 64M", "");
    EXPECT_EQ(here,
              (std::vector{test::range(0x7ffe0000, 0x10000), test::range(0x7ffd0000, 0x10000)}));
    EXPECT_EQ(here, decoys(h, "memory: 512M", "shared: {p: {size: 4K, nodes: {b: rw}}}\n"));
    EXPECT_EQ(here, decoys(h, "memory: 64M", "shared: {p: {size: 256M, nodes: {b: rw}}}\n"));
    EXPECT_EQ(here, decoys(h, "memory: 64M", "loader: {size: 128M}\n"));
    EXPECT_EQ(here, decoys(h, "memory: 64M, kernel: {elf: k, config: c}", ""))
        << "another kernel for another node";
    EXPECT_EQ(here, decoys(h, "memory: 64M", "  d: {cpu: 3, memory: 128M}\n")) << "a node behind";
}

TEST(Keeper, DecoysGoBelow4GiBWhereThereIsRam) {
    Hardware h = test::make_virt(4);
    h.ram.push_back({test::range(0x100000000, 0x40000000), "/memory"});
    EXPECT_EQ(decoys(h, "memory: 64M", "")[0], test::range(0x7ffe0000, 0x10000));
    h.ram.erase(h.ram.begin());
    EXPECT_EQ(decoys(h, "memory: 64M", "")[0], test::range(0x13ffe0000, 0x10000));
}

TEST(Keeper, ADecoyGivesWayToWhatFitsNowhereElse) {
    const Hardware h = test::make_virt(4);
    // The last 64 MiB are asked for: the decoys go below what is fixed, or behind the loader.
    const auto fixed = decoys(h, "memory: {base: 0x7c000000, size: 64M}", "");
    EXPECT_EQ(fixed[0], test::range(0x7bfe0000, 0x10000));
    const auto limited = decoys(h, "memory: {size: 64M, above: 0x7c000000}", "");
    ASSERT_EQ(limited.size(), 2u);
    for (const PhysRange r : limited) {
        EXPECT_EQ(r.size_bytes(), 0x10000u);
        EXPECT_LT(r.end().value, 0x7c000000u);
    }
}

TEST(Keeper, ADecoyStaysWhereItWasKept) {
    const Hardware h = test::make_virt(4);
    const std::vector<KeptPool> kept{
        {"decoy-c", test::range(0x60000000, 0x10000), {"c"}}
    };
    const auto places = decoys(h, "memory: 64M", "", kept);
    EXPECT_EQ(places[0], test::range(0x7ffe0000, 0x10000));
    EXPECT_EQ(places[1], test::range(0x60000000, 0x10000));
    EXPECT_EQ(decoys(h, "memory: {base: 0x60000000, size: 64M}", "", kept)[1],
              test::range(0x7ffd0000, 0x10000))
        << "something fixed is there now";
}

TEST(Keeper, NoDecoyForTheBuiltInKernel) {
    const Outcome o = plan_of(test::make_virt(2), "builtin", "node0", "");
    ASSERT_TRUE(o.plan) << o.ids;
    EXPECT_EQ(o.plan->keeper, InterruptKeeper::decoys);
    EXPECT_FALSE(o.plan->nodes[0].decoy);
    EXPECT_TRUE(o.plan->nodes[1].decoy);
}

TEST(Keeper, StewardWhereACpuIsFree) {
    const Outcome o = plan_of(gicv2(3), stock, "node0", "node1");
    ASSERT_TRUE(o.plan) << o.ids;
    EXPECT_EQ(o.plan->keeper, InterruptKeeper::steward);
    EXPECT_EQ(o.plan->steward, 2u);
    EXPECT_EQ(o.plan->nodes[0].used_interrupts, std::vector<uint32_t>{34});
    bool said = false;
    for (const Guarantee& g : o.plan->nodes[0].guarantees)
        said = said || g.text.find("Steward: CPU 2") != std::string::npos;
    EXPECT_TRUE(said);
}

TEST(Keeper, IrqControlMayOpenAnyLineOfItsNode) {
    const Hardware hardware = gicv2(3);
    for (const std::string_view caps : {"", ", caps: {i: {cap: irq-control, why: test}}"}) {
        DiagnosticSink sink;
        const auto system = test::read_system(
            std::string{"mkl: 1\nboard: {dtb: board.dtb}\nnodes:\n"
                        "  node0: {cpu: 0, memory: 64M, kernel: {elf: k, config: c},"
                        " devices: [/pl031@9010000]}\n"
                        "components:\n  c: {node: node0, elf: e, abi: classic"} +
                std::string{caps} + "}\n",
            sink);
        ASSERT_TRUE(system && check(*system, hardware, sink)) << test::ids_of(sink);
        const auto plan = partition(*system, hardware, sink);
        ASSERT_TRUE(plan) << test::ids_of(sink);
        EXPECT_EQ(plan->nodes[0].used_interrupts,
                  caps.empty() ? std::vector<uint32_t>{} : std::vector<uint32_t>{34});
    }
}

TEST(Keeper, AStewardMustBeStartable) {
    Hardware h = gicv2(3);
    h.cpus[2].why_not_startable = "it is on holiday";
    EXPECT_EQ(plan_of(h, stock, "node0", "node1").ids.substr(0, 4), "E308");
}

TEST(Keeper, TheOnlyOwnerStartsLast) {
    for (const std::string_view owner : {"node0", "node1"}) {
        const Outcome o = plan_of(gicv2(2), stock, owner, "");
        ASSERT_TRUE(o.plan) << o.ids;
        EXPECT_EQ(o.plan->keeper, InterruptKeeper::last);
        EXPECT_EQ(o.plan->last, owner == "node0" ? 0u : 1u);
    }
}

TEST(Keeper, UnusedLinesNeedNobody) {
    const Outcome o = plan_of(gicv2(2), stock, "", "");
    ASSERT_TRUE(o.plan) << o.ids;
    EXPECT_EQ(o.plan->keeper, InterruptKeeper::unused);
}

TEST(Keeper, TwoOwnersAndNoCpuLeftIsRefused) {
    EXPECT_EQ(plan_of(gicv2(2), stock, "node0", "node1").ids.substr(0, 4), "E308");
    EXPECT_EQ(plan_of(gicv2(2), "builtin", "node0", "node1").ids.substr(0, 4), "E308");
}

// Kernels with loader info write to the real distributor on a GICv3, too.
TEST(Keeper, KernelsWithLoaderInfoNeedAStewardOrAnOrderOnGicv3) {
    Outcome o = plan_of(test::make_virt(3), told, "node0", "node1", told);
    ASSERT_TRUE(o.plan) << o.ids;
    EXPECT_EQ(o.plan->keeper, InterruptKeeper::steward);
    EXPECT_FALSE(o.plan->nodes[0].decoy || o.plan->nodes[1].decoy);
    o = plan_of(test::make_virt(2), told, "node1", "", told);
    ASSERT_TRUE(o.plan) << o.ids;
    EXPECT_EQ(o.plan->keeper, InterruptKeeper::last);
    EXPECT_EQ(plan_of(test::make_virt(2), told, "node0", "node1", told).ids.substr(0, 4), "E308");
}

TEST(Keeper, NothingKeepsLinesFromStockAndToldKernelsOfAGicv3) {
    EXPECT_EQ(plan_of(test::make_virt(3), stock, "node0", "", told).ids.substr(0, 4), "E308");
    EXPECT_TRUE(plan_of(test::make_virt(3), stock, "", "", told).plan);
}

}  // namespace
}  // namespace mkl
