// SPDX-License-Identifier: BSD-2-Clause
// What the plan says beside placement: providers, bus masters, firmware, guarantees.
#include <gtest/gtest.h>

#include <algorithm>

#include "golden.hpp"
#include "make_hardware.hpp"
#include "mkl/claims/providers.hpp"
#include "mkl/partition/map.hpp"
#include "mkl/partition/partition.hpp"
#include "mkl/support/text.hpp"
#include "system_text.hpp"

namespace mkl {
namespace {

using test::range;

Device& add(Hardware& h, const std::string& path, std::vector<std::string> providers = {}) {
    Device& d = test::add_device(h, path, {}, 0, {"test"});
    d.providers = std::move(providers);
    return d;
}

/// A clock controller with a clock below it, a firmware service with one, and their users.
Hardware board() {
    Hardware h = test::make_board(2, {range(0x40000000, uint64_t{1} << 30)});
    test::add_device(h, "/psci", {}, 0, {"arm,psci-1.0"}).firmware = firmware_psci;
    add(h, "/osc");
    test::add_device(h, "/syscon@1000", {range(0x1000, 0x1000)}, 0, {"syscon"});
    add(h, "/syscon@1000/clock-controller");
    add(h, "/firmware/zynqmp-firmware").firmware = "ZynqMP firmware";
    add(h, "/firmware/zynqmp-firmware/clock-controller");
    test::add_device(h, "/serial@2000", {range(0x2000, 0x1000)}, 40, {"arm,pl011"}).providers = {
        "/osc", "/syscon@1000/clock-controller", "/firmware/zynqmp-firmware/clock-controller"};
    Device& mmc = test::add_device(h, "/mmc@3000", {range(0x3000, 0x1000)}, 41, {"test,mmc"});
    mmc.has_dma = true;
    mmc.dma_windows = std::vector{range(0x40000000, 512 << 20)};
    Device& usb = test::add_device(h, "/usb@4000", {range(0x4000, 0x1000)}, 42, {"test,usb"});
    usb.has_dma = true;
    usb.iommu = "/iommu@5000";
    usb.lines = {
        {ProviderLine::Kind::stream, "/iommu@5000", {}, {{5, 5}, {0x10, 0x1f}}, 0x7c00}
    };
    return h;
}

std::optional<Plan> plan_of(std::string_view nodes, const Hardware& hardware, System& system) {
    DiagnosticSink sink;
    auto read = test::read_system("mkl: 1\nboard: {dtb: board.dtb}\n" + std::string{nodes}, sink);
    if (!read) return std::nullopt;
    system = std::move(*read);
    return partition(system, hardware, sink);
}

std::string verdict(const Plan& plan, size_t node, std::string_view provider) {
    for (const ProviderUse& u : plan.nodes[node].providers)
        if (u.provider == provider) return std::string{to_text(u.verdict)};
    return "none";
}

TEST(Providers, EachHasItsVerdict) {
    System system;
    const auto plan = plan_of("nodes:\n"
                              "  a: {cpu: 0, memory: 64M, devices: [/serial@2000]}\n"
                              "  b: {cpu: 1, memory: 64M}\n",
                              board(), system);
    ASSERT_TRUE(plan);
    EXPECT_EQ(verdict(*plan, 0, "/osc"), "infrastructure");
    EXPECT_EQ(verdict(*plan, 0, "/syscon@1000/clock-controller"), "firmware")
        << "it is programmed through the registers above it";
    EXPECT_EQ(verdict(*plan, 0, "/firmware/zynqmp-firmware/clock-controller"), "firmware");
}

TEST(Providers, OwnedSharedAndElsewhere) {
    System system;
    const std::string nodes =
        "nodes:\n"
        "  a: {cpu: 0, memory: 64M, devices: [/serial@2000, /firmware/zynqmp-firmware]}\n"
        "  b: {cpu: 1, memory: 64M, devices: [/syscon@1000]}\n";
    auto plan = plan_of(nodes, board(), system);
    ASSERT_TRUE(plan);
    EXPECT_EQ(verdict(*plan, 0, "/firmware/zynqmp-firmware/clock-controller"), "owned");
    EXPECT_EQ(verdict(*plan, 0, "/syscon@1000/clock-controller"), "elsewhere");
    plan = plan_of(nodes + "share: [{device: /syscon@1000, owner: b, why: left alone}]\n", board(),
                   system);
    ASSERT_TRUE(plan);
    EXPECT_EQ(verdict(*plan, 0, "/syscon@1000/clock-controller"), "shared");
    EXPECT_EQ(plan->nodes[0].providers[1].owner, 1u);
    EXPECT_EQ(plan->nodes[0].providers[1].why, "left alone");
}

TEST(Firmware, IsToldToItsOwnerAndPsciToAll) {
    System system;
    const auto plan = plan_of("nodes:\n"
                              "  a: {cpu: 0, memory: 64M}\n"
                              "  b: {cpu: 1, memory: 64M, devices: [/firmware/zynqmp-firmware]}\n",
                              board(), system);
    ASSERT_TRUE(plan);
    ASSERT_EQ(plan->firmware.size(), 2u);
    EXPECT_EQ(plan->firmware[0].kind, "PSCI");
    EXPECT_EQ(plan->firmware[0].callers, (std::vector<size_t>{0, 1}));
    EXPECT_EQ(plan->firmware[1].callers, std::vector<size_t>{1});
}

TEST(Dma, SaysOwnerIommuAndReach) {
    System system;
    const auto plan = plan_of("nodes:\n"
                              "  a: {cpu: 0, memory: 64M, devices: [/mmc@3000],\n"
                              "      dma-trusted: [/mmc@3000], why: its driver is ours}\n"
                              "  b: {cpu: 1, memory: 64M}\n",
                              board(), system);
    ASSERT_TRUE(plan);
    ASSERT_EQ(plan->bus_masters.size(), 2u);
    const BusMaster &mmc = plan->bus_masters[0], &usb = plan->bus_masters[1];
    EXPECT_EQ(mmc.node, 0u);
    EXPECT_EQ(mmc.reach, std::vector{range(0x40000000, 512 << 20)});
    EXPECT_EQ(mmc.trusted, "its driver is ours");
    EXPECT_FALSE(usb.node);
    EXPECT_EQ(usb.iommu, "/iommu@5000");
    ASSERT_EQ(usb.streams.size(), 1u);
    EXPECT_NE(to_json(*plan, system, board()).find(R"("streams": [
        {
          "iommu": "/iommu@5000",
          "ids": [
            {"first": 5, "last": 5},
            {"first": 16, "last": 31}
          ],
          "ignored": "0x7c00"
        }
      ])"),
              std::string::npos)
        << to_json(*plan, system, board());
}

TEST(Dma, SaysHowIommusTellItsMasters) {
    System system;
    auto plan =
        plan_of("nodes: {a: {cpu: 0, memory: 64M, devices: [/usb@4000]}}\n", board(), system);
    ASSERT_TRUE(plan);
    const auto usb = std::find_if(plan->bus_masters.begin(), plan->bus_masters.end(),
                                  [](const BusMaster& m) { return m.device == "/usb@4000"; });
    ASSERT_NE(usb, plan->bus_masters.end());
    const auto says = [&](const std::string& text) {
        const std::string report = report_text(*plan);
        EXPECT_NE(report.find(text), std::string::npos) << report;
    };
    says("0x5, 0x10 to 0x1f (bits 0x7c00 not compared)  what its IOMMU lets through");
    using enum ProviderLine::Kind;
    usb->streams = {
        {stream, "/iommu@5000", {}, {{1, 1}, {3, 3}, {5, 5}, {7, 7}, {9, 11}}, 0},
        {stream, "/iommu@6000", {}, {{2, 2}},                                  0}
    };
    says("0x1, 0x3, 0x5, 0x7 and others up to 0xb; 0x2 of /iommu@6000  ");
    usb->streams = {
        {stream, "/iommu@5000", {7, 8, 9}, {}, 0}
    };
    says("not numbered in the tree  ");
}

/// Its only RAM below 1.5 GiB is asked for by another node first: by size it would be placed last.
TEST(Dma, TheFirstRangeOfANodeIsWithinReach) {
    Hardware h = board();
    h.ram = {
        {range(0x40000000,  512 << 20),         "/memory"},
        {range(0x100000000, uint64_t{2} << 30), ""       }
    };
    for (Device& d : h.devices)
        if (d.dma_windows) d.dma_windows = std::vector{range(0x40000000, 512 << 20)};
    System system;
    const std::string nodes = "nodes:\n"
                              "  a: {cpu: 0, memory: [64M, 1G], devices: [/mmc@3000]}\n"
                              "  b: {cpu: 1, memory: 448M}\n";
    auto plan = plan_of(nodes, h, system);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->nodes[0].memory.front(), range(0x40000000, 64 << 20));
    h.devices[7].dma_windows = std::vector{range(0x40000000, 32 << 20)};
    DiagnosticSink sink;
    EXPECT_TRUE(partition(system, h, sink));
    EXPECT_TRUE(sink.has("W312"));
}

TEST(Dma, AFixedNodeOutOfReachIsTold) {
    Hardware h = board();  // /mmc@3000 reaches [0x40000000, 0x60000000)
    const auto warned = [&](const std::string& memory) {
        DiagnosticSink sink;
        const auto system = test::read_system("mkl: 1\nboard: {dtb: board.dtb}\nnodes:\n"
                                              "  a: {cpu: 0, devices: [/mmc@3000], memory: " +
                                                  memory + "}\n",
                                              sink);
        EXPECT_TRUE(system && partition(*system, h, sink)) << test::ids_of(sink);
        return sink.has("W312");
    };
    EXPECT_TRUE(warned("{base: 0x60000000, size: 64M}"));
    EXPECT_FALSE(warned("{base: 0x5e000000, size: 64M}"));
    EXPECT_FALSE(warned("[{base: 0x60000000, size: 64M}, {base: 0x40000000, size: 64M}]"));
    h.devices[7].iommu = "/iommu@5000";
    EXPECT_FALSE(warned("{base: 0x60000000, size: 64M}")) << "an IOMMU stands between";
}

TEST(Placement, KeepsLimits) {
    System system;
    const auto plan = plan_of("nodes:\n"
                              "  a: {cpu: 0, memory: {size: 64M, above: 0x50000000}}\n"
                              "  b: {cpu: 1, memory: {size: 16M, below: 0x44000000, align: 32M}}\n"
                              "shared: {p: {size: 4M, align: 256M, nodes: {a: rw}}}\n",
                              board(), system);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->nodes[0].memory.front(), range(0x50000000, 64 << 20));
    EXPECT_EQ(plan->nodes[1].memory.front(), range(0x40000000, 16 << 20));
    EXPECT_EQ(plan->pools[0].range.base().value % (256 << 20), 0u);
}

/// Every second page of a large register window: more pieces than boot info has room for.
TEST(Untypeds, TooManyOfTheBuiltInKernelAreRefused) {
    Hardware h = board();
    std::string devices;
    for (uint32_t i = 0; i < 240; i++) {
        const std::string path = "/dev@" + std::to_string(i);
        test::add_device(h, path, {range(0x10000000 + 0x2000 * i, 0x1000)}, 0);
        devices += (i == 0 ? "" : ", ") + path;
    }
    const std::string yaml = "mkl: 1\nboard: {dtb: board.dtb}\nnodes:\n  a: {cpu: 0, memory: 64M, "
                             "devices: [" +
                             devices + "]}\n";
    DiagnosticSink sink;
    const auto system = test::read_system(yaml, sink);
    ASSERT_TRUE(system);
    EXPECT_FALSE(partition(*system, h, sink));
    EXPECT_TRUE(sink.has("E311"));
}

TEST(Guarantees, SayForEachKernelWhoEnforces) {
    System system;
    const auto plan = plan_of("nodes:\n"
                              "  a: {cpu: 0, memory: 64M}\n"
                              "  b: {cpu: 1, memory: 64M, kernel: {elf: k.elf}, root: r.elf}\n",
                              board(), system);
    ASSERT_TRUE(plan);
    const auto by = [&](size_t node, std::string_view resource) {
        for (const Guarantee& g : plan->nodes[node].guarantees)
            if (g.resource == resource) return to_text(g.by);
        return std::string_view{"no row"};
    };
    EXPECT_EQ(by(0, "interrupts"), "kernel");
    EXPECT_EQ(by(0, "signals"), "kernel");
    EXPECT_EQ(by(0, "firmware"), "nobody");
    EXPECT_EQ(by(1, "ram"), "kernel");
    EXPECT_EQ(by(1, "interrupts"), "nobody");
    // A stock kernel gives its root task every device untyped; mkl's root shim comes before it.
    EXPECT_EQ(by(1, "registers"), "initialiser");
    for (const Guarantee& g : plan->nodes[1].guarantees) {
        if (g.resource == "registers") {
            EXPECT_NE(g.text.find("root shim"), std::string::npos) << g.text;
        }
    }
    for (const PlanNode& n : plan->nodes)
        for (const Guarantee& g : n.guarantees) EXPECT_FALSE(g.text.empty()) << g.resource;
}

// A root task of the user's own prints nobody's log: the next node that can does, or the table says
// that nobody does.
TEST(Guarantees, SayWhoPrintsALog) {
    const auto printed = [](std::string_view root_of_a, std::string_view c) {
        System system;
        const auto plan =
            plan_of(cat("nodes:\n  a: {cpu: 0, memory: 64M, console: serial0", root_of_a,
                        "}\n  b: {cpu: 1, memory: 64M}\n  c: {cpu: 2, memory: 64M", c, "}\n"),
                    test::make_virt(3), system);
        if (!plan) return std::string{"no plan"};
        std::string out;
        for (const PlanNode& n : plan->nodes)
            if (n.prints_logs) out += cat(n.name, ": ");
        for (const Guarantee& g : plan->nodes[1].guarantees)
            if (g.resource == "console") out += g.text;
        return out;
    };
    const std::string log = "It writes to its log ring, which ";
    EXPECT_EQ(printed("", ", console: serial1"), "a: " + log + "a prints.");
    EXPECT_EQ(printed(", root: r.elf", ", console: serial1"), "c: " + log + "c prints.");
    EXPECT_EQ(printed(", root: r.elf", ""),
              log + "nobody prints: no node with a UART has mkl's root task.");
}

TEST(Report, AsUsersSeeIt) {
    System system;
    const auto plan = plan_of("nodes:\n"
                              "  a: {cpu: 0, memory: 64M, devices: [/serial@2000, /mmc@3000]}\n"
                              "  b: {cpu: 1, memory: 64M, devices: [/usb@4000]}\n",
                              board(), system);
    ASSERT_TRUE(plan);
    test::expect_golden(report_text(*plan), std::filesystem::path{MKL_SOURCE_DIR} /
                                                "tests/golden/partition/report.txt");
}

}  // namespace
}  // namespace mkl
