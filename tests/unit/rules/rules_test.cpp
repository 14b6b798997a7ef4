// SPDX-License-Identifier: BSD-2-Clause
// Rules that a fixture cannot show, and what must not be found. Messages: tests/fixtures/bad.
#include "mkl/rules/rules.hpp"

#include <gtest/gtest.h>

#include "make_hardware.hpp"
#include "mkl/claims/claims.hpp"
#include "system_text.hpp"

namespace mkl {
namespace {

using test::ids_of;
using test::make_virt;
using test::read_system;

std::string findings(std::string_view rest, const Hardware& hardware = make_virt()) {
    DiagnosticSink sink;
    const auto system = read_system("mkl: 1\nboard: {dtb: board.dtb}\n" + std::string{rest}, sink);
    if (system) (void)check(*system, hardware, sink);
    return ids_of(sink);
}

DeviceSelector selector(DeviceSelector::Kind kind, std::string text) {
    DeviceSelector s;
    s.kind = kind;
    s.text = std::move(text);
    return s;
}

std::vector<std::string> paths(const Hardware& h, const DeviceSelector& s) {
    std::vector<std::string> out;
    for (const size_t i : select(h, s)) out.push_back(h.devices[i].path);
    return out;
}

TEST(Select, GlobsStayWithinAComponentUnlessDoubled) {
    const Hardware h = make_virt();
    using Kind = DeviceSelector::Kind;
    EXPECT_EQ(paths(h, selector(Kind::glob, "/virtio_mmio@a000*")).size(), 8u);
    EXPECT_EQ(paths(h, selector(Kind::glob, "/virtio_mmio@a000?00")).size(), 8u);
    EXPECT_EQ(paths(h, selector(Kind::glob, "/*@b00*")).size(), 0u);
    EXPECT_EQ(paths(h, selector(Kind::glob, "/**@b00*")).size(), 2u);
    EXPECT_EQ(paths(h, selector(Kind::glob, "/soc/*")).size(), 6u);
    EXPECT_EQ(paths(h, selector(Kind::glob, "/soc")).size(), 1u);
    // Disabled devices and the interrupt controller are not matched by patterns.
    EXPECT_EQ(paths(h, selector(Kind::glob, "/pl011@*")),
              std::vector<std::string>{"/pl011@9000000"});
    EXPECT_EQ(paths(h, selector(Kind::compatible, "arm,gic-v3")).size(), 0u);
}

TEST(Select, GlobWithManyStarsTakesNoTime) {
    Hardware h = make_virt();
    test::add_device(h, "/" + std::string(2000, 'a'), {}, 0);
    std::string pattern = "/";
    for (int i = 0; i < 200; i++) pattern += "*a";
    EXPECT_EQ(paths(h, selector(DeviceSelector::Kind::glob, pattern + "b")).size(), 0u);
}

TEST(Select, AllExceptLeavesOutWhatTheExceptedOneNeeds) {
    const Hardware h = make_virt();
    DeviceSelector s = selector(DeviceSelector::Kind::all_except, "");
    s.except.push_back(selector(DeviceSelector::Kind::alias, "serial0"));
    s.except.push_back(selector(DeviceSelector::Kind::path, "/soc"));
    EXPECT_EQ(paths(h, s).size(), 10u);  // RTC, GPIO, eight virtio slots
}

TEST(Rules, AcceptWhatIsRight) {
    EXPECT_EQ(findings("nodes:\n"
                       "  a: {cpu: 0, memory: {base: 0x40000000, size: 64M}, console: serial0}\n"
                       "  b: {cpu: {hwid: 1}, memory: 64M, devices: [/virtio_mmio@a000*]}\n"
                       "shared: {p: {size: 4K, nodes: {a: rw, b: r}}}\n"
                       "components:\n"
                       "  x: {node: a, elf: x}\n"
                       "  y: {node: b, elf: y}\n"
                       "connections:\n"
                       "  c: {type: shared-data, from: x.d, to: y.d, in: p}\n"
                       "  d: {type: notification, from: y.o, to: x.i}\n"),
              "");
}

TEST(Rules, ConnectionOnOneNodeNeedsNoPool) {
    EXPECT_EQ(findings("nodes: {a: {cpu: 0, memory: 64M}, b: {cpu: 1, memory: 64M}}\n"
                       "shared: {p: {size: 4K, nodes: {b: rw}}}\n"
                       "components: {x: {node: a, elf: x}, y: {node: a, elf: y}}\n"
                       "connections: {c: {type: shared-data, from: x.d, to: y.d, in: p}}\n"),
              "");
}

TEST(Rules, SharedDevicesMayBeClaimedTwice) {
    const std::string_view nodes = "nodes:\n"
                                   "  a: {cpu: 0, memory: 64M, devices: [/virtio_mmio@a000000]}\n"
                                   "  b: {cpu: 1, memory: 64M, devices: [/virtio_mmio@a000200]}\n";
    EXPECT_EQ(findings(nodes), "E225 5:38\n");
    EXPECT_EQ(findings(std::string{nodes} +
                       "share: [{device: /virtio_mmio@a000000, owner: a, why: test}]\n"),
              "");
}

TEST(Rules, DeviceInAPageOfTheInterruptController) {
    Hardware h = make_virt();
    test::add_device(h, "/odd@800f000", {test::range(0x800f000, 0x100)}, 0);
    EXPECT_EQ(findings("nodes: {a: {cpu: 0, memory: 64M, devices: [/odd@800f000]}}\n", h),
              "E225 3:44\n");
}

TEST(Rules, ManyOverlapsGiveOneFindingEach) {
    std::string yaml = "nodes:\n";
    for (int i = 0; i < 4; i++)
        yaml += "  n" + std::to_string(i) + ": {cpu: " + std::to_string(i) +
                ", memory: {base: 0x50000000, size: 2M}}\n";
    EXPECT_EQ(findings(yaml, make_virt(4)), "E211 5:31\nE211 6:31\nE211 7:31\n");
}

TEST(Rules, RangesAtTheEndOfTheAddressSpaceDoNotWrap) {
    EXPECT_EQ(findings("nodes:\n"
                       "  a: {cpu: 0, memory: {base: 0xffffffffffe00000, size: 4M}}\n"),
              "E212 4:30\n");
    EXPECT_EQ(findings("nodes:\n"
                       "  a: {cpu: 0, memory: {base: 0x40000000, size: 0xffffffffffe00000}}\n"),
              "E212 4:30\n");
}

/// Two devices without registers that name these lines.
Hardware with_lines(std::vector<ProviderLine> first, std::vector<ProviderLine> second) {
    Hardware h = make_virt();
    test::add_device(h, "/first", {}, 0).lines = std::move(first);
    test::add_device(h, "/second", {}, 0).lines = std::move(second);
    return h;
}

TEST(Rules, ALineOfAProviderHasOneUser) {
    using Kind = ProviderLine::Kind;
    const std::string apart = "nodes:\n  a: {cpu: 0, memory: 64M, devices: [/first]}\n"
                              "  b: {cpu: 1, memory: 64M, devices: [/second]}\n";
    const std::string of_one = "nodes:\n  a: {cpu: 0, memory: 64M, devices: [/first, /second]}\n";
    for (const Kind kind : {Kind::stream, Kind::gpio, Kind::dma, Kind::mailbox}) {
        const std::string id = kind == Kind::stream ? "E252 5:38\n" : "W253 5:38\n";
        const auto line = [&](uint32_t n) { return ProviderLine{kind, "/pl061@9030000", {n}}; };
        const Hardware same = with_lines({line(4)}, {line(5), line(4)});
        EXPECT_EQ(findings(apart, same), id) << to_text(line(4));
        EXPECT_EQ(findings(of_one, same), "") << to_text(line(4));
        EXPECT_EQ(findings(apart, with_lines({line(4)}, {line(5)})), "") << to_text(line(4));
        EXPECT_EQ(findings(apart + "share: [{device: /second, owner: b, why: test}]\n", same), "");
        EXPECT_EQ(
            findings(apart + "share: [{device: /pl061@9030000, owner: b, why: test}]\n", same),
            kind == Kind::stream ? id : "")
            << "who may program the IOMMU does not make two streams of one";
    }
}

TEST(Rules, TheWindowsOfAPciBridgeAreItsPages) {
    Hardware h = make_virt();
    test::add_device(h, "/pcie", {test::range(0x3f000000, 0x1000000)}, 0).windows = {
        test::range(0xb000000, 0x201000)};
    const auto with = [&](const std::string& other) {
        return findings("nodes:\n  a: {cpu: 0, memory: 64M, devices: [/pcie]}\n"
                        "  b: {cpu: 1, memory: 64M, devices: [" +
                            other + "]}\n",
                        h);
    };
    EXPECT_EQ(with("/soc/uart@b200000"), "E225 5:38\n");
    EXPECT_EQ(with("/soc/ethernet@b300000"), "W250 5:38\n");
}

TEST(Rules, PagesOfWhatInterruptsHartsAreNoNodes) {
    Hardware h = make_virt();
    test::add_device(h, "/clint", {test::range(0xb200800, 0x800)}, 0).interrupts_harts = true;
    EXPECT_EQ(findings("nodes: {a: {cpu: 0, memory: 64M, devices: [/soc/uart@b200000]}}\n", h),
              "E225 3:44\n");
    EXPECT_EQ(findings("nodes: {a: {cpu: 0, memory: 64M, devices: [/soc/uart@b200000]}}\n"
                       "share: [{device: /soc/uart@b200000, owner: a, why: test}]\n",
                       h),
              "E225 3:44\n")
        << "no reason makes room there";
    EXPECT_EQ(findings("nodes: {a: {cpu: 0, memory: 64M, devices: [/soc/timer@b000000]}}\n", h),
              "");
    DeviceSelector all = selector(DeviceSelector::Kind::all_except, "");
    const std::vector<std::string> found = paths(h, all);
    EXPECT_EQ(std::count(found.begin(), found.end(), "/clint"), 0);
}

TEST(Rules, EveryDeviceBehindTheOthersProviderIsNamedOrCounted) {
    Hardware h = make_virt();
    std::string list;
    for (const char* name : {"/d1", "/d2", "/d3", "/d4", "/d5", "/d6"}) {
        Device& d = test::add_device(h, name, {}, 0);
        d.providers = {"/pl061@9030000"};
        d.interrupts.push_back({"/pl061@9030000", std::nullopt, false});
        list += std::string{list.empty() ? "" : ", "} + name;
    }
    DiagnosticSink sink;
    const auto system = read_system("mkl: 1\nboard: {dtb: board.dtb}\nnodes:\n"
                                    "  a: {cpu: 0, memory: 64M, devices: [/pl061@9030000]}\n"
                                    "  b: {cpu: 1, memory: 64M, devices: [" +
                                        list + "]}\n",
                                    sink);
    ASSERT_TRUE(system);
    EXPECT_FALSE(check(*system, h, sink));
    ASSERT_EQ(ids_of(sink), "E227 5:38\nE229 5:38\n");
    EXPECT_EQ(sink.all()[0].message,
              "/d1, /d2, /d3, /d4 and 2 more of node 'b' need /pl061@9030000, which node 'a' owns "
              "and may change under them");
    EXPECT_EQ(sink.all()[1].message,
              "the interrupts of /d1, /d2, /d3, /d4 and 2 more go through /pl061@9030000, which "
              "node 'b' does not own; they will not arrive");
}

TEST(Rules, NodesWithRootTaskAndComponents) {
    EXPECT_EQ(findings("nodes: {a: {cpu: 0, memory: 64M, root: r.elf}}\n"
                       "components: {a: {node: a, elf: x}}\n"),
              "E202 4:14\nE230 4:24\n");
}

/// One node with a UART and a device in the same page, and what its component drives.
std::string beside_console(const std::string& node, const std::string& driven) {
    Hardware h = make_virt();
    test::add_device(h, "/uart@c000000", {test::range(0xc000000, 0x40)}, 80, {"arm,pl011"});
    test::add_device(h, "/spi@c000800", {test::range(0xc000800, 0x40)}, 81);
    return findings("nodes: {a: {cpu: 0, memory: 64M, devices: [/spi@c000800], " + node +
                        "}}\n"
                        "components: {x: {node: a, elf: x, devices: {" +
                        driven + "}}}\n",
                    h);
}

TEST(Rules, TheConsoleIsTheRootTasks) {
    const std::string console = "console: /uart@c000000";
    EXPECT_EQ(beside_console(console, "/uart@c000000: {map: r}"), "E237 4:45\n");
    EXPECT_EQ(beside_console(console, "/uart@c000000: {irq: i}"), "E237 4:45\n");
    EXPECT_EQ(beside_console(console, "/spi@c000800: {map: r}"), "E237 4:45\n")
        << "a page is mapped for one of them";
    EXPECT_EQ(beside_console(console, "/spi@c000800: {irq: i}"), "");
    EXPECT_EQ(beside_console("console: log", "/spi@c000800: {map: r}"), "");
    EXPECT_EQ(beside_console("console: serial0", "/spi@c000800: {map: r}"), "");
    EXPECT_EQ(beside_console("root: r.elf, console: /uart@c000000", "/uart@c000000: {map: r}"),
              "E230 4:24\n");
}

TEST(Rules, AnInterruptIsOneComponents) {
    const auto driven = [](std::string_view x, std::string_view y, std::string_view node = "a") {
        return findings("nodes:\n"
                        "  a: {cpu: 0, memory: 64M, devices: [/pl031@9010000, /soc/timer@*]}\n"
                        "  b: {cpu: 1, memory: 64M}\n"
                        "components:\n"
                        "  x: {node: a, elf: x, devices: {" +
                        std::string{x} + "}}\n  y: {node: " + std::string{node} +
                        ", elf: y, devices: {" + std::string{y} + "}}\n");
    };
    EXPECT_EQ(driven("/pl031@9010000: {irq: i}", "/pl031@9010000: {irq: i}"), "E238 8:34\n");
    EXPECT_EQ(driven("/soc/timer@b000000: {irq: i}", "/soc/timer@b001000: {irq: i}"),
              "E238 8:34\n");
    EXPECT_EQ(driven("/pl031@9010000: {map: r, irq: i}", "/pl031@9010000: {map: r}"), "");
    EXPECT_EQ(driven("/pl031@9010000: {irq: i}", "/soc/timer@b000000: {irq: i}"), "");
    EXPECT_EQ(driven("/pl031@9010000: {irq: i}", "/pl031@9010000: {irq: i}", "b"), "E232 8:34\n");
    EXPECT_EQ(driven("serial0: {irq: i}", "serial0: {irq: i}"), "E232 7:34\nE232 8:34\n")
        << "what the node does not have is no second finding";
}

TEST(Rules, TwoComponentsOnSeveralLinesAreOneFinding) {
    Hardware h = make_virt();
    Device& d = test::add_device(h, "/timers", {}, 80);
    d.interrupts.push_back(d.interrupts.front());
    d.interrupts.back().root->id = 81;
    EXPECT_EQ(findings("nodes: {a: {cpu: 0, memory: 64M, devices: [/timers]}}\n"
                       "components:\n"
                       "  x: {node: a, elf: x, devices: {/timers: {irq: i}}}\n"
                       "  y: {node: a, elf: y, devices: {/timers: {irq: i}}}\n",
                       h),
              "E238 6:34\n");
}

TEST(Rules, ARootTaskCanBeAnEnd) {
    EXPECT_EQ(findings("nodes: {a: {cpu: 0, memory: 64M, root: r.elf}, b: {cpu: 1, memory: 64M}}\n"
                       "components: {c: {node: b, elf: x}}\n"
                       "connections: {s: {type: notification, from: c.x, to: a.y}}\n"),
              "");
}

}  // namespace
}  // namespace mkl
