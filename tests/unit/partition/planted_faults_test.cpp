// SPDX-License-Identifier: BSD-2-Clause
// One good description; each case plants one fault in it. Every fault is found under its id, and
// where two parties are involved the finding has the place of both.
#include <gtest/gtest.h>

#include <ostream>
#include <string_view>
#include <vector>

#include "make_hardware.hpp"
#include "mkl/partition/partition.hpp"
#include "mkl/rules/rules.hpp"
#include "system_text.hpp"

namespace mkl {
namespace {

constexpr std::string_view good = R"(mkl: 1
board:
  dtb: board.dtb
  reserve: [{base: 0x7f000000, size: 16M, why: secure world}]
loader: {base: 0x70000000, size: 16M}
nodes:
  a:
    cpu: 0
    memory: {base: 0x40000000, size: 256M}
    console: serial0
    devices: [/pl031@9010000, /virtio_mmio@a000000, /soc/timer@b000000]
  b:
    cpu: 1
    memory: {base: 0x50000000, size: 256M}
    devices: [/pl061@9030000]
shared:
  pool: {base: 0x60000000, size: 16M, nodes: {a: rw, b: rw}}
components:
  x: {node: a, elf: x.elf}
  y: {node: b, elf: y.elf}
connections:
  d: {type: shared-data, from: x.d, to: y.d, in: pool}
  s: {type: notification, from: x.s, to: y.s}
)";

/// A change of `good`: text of it, and what stands there instead.
struct Edit {
    std::string_view from, to;
};

struct Fault {
    std::string_view name;
    std::vector<Edit> edits;
    std::string_view id;
    std::string_view first, second;  ///< who must be named; two parties have two places
};

/// For gtest: a name, not bytes with addresses in them.
void PrintTo(const Fault& f, std::ostream* out) { *out << f.name; }

// clang-format off
const std::vector<Fault> faults{
    // partition-tools' matrix
    {"RamOfTwoNodesOverlaps",
     {{"base: 0x50000000, size: 256M", "base: 0x4f000000, size: 256M"}},
     "E211", "'a'", "'b'"},
    {"RamOutsideTheBoard",
     {{"base: 0x50000000, size: 256M", "base: 0x90000000, size: 256M"}},
     "E212", "'b'", "the board"},
    {"RamThatFirmwareKeeps",
     {{"base: 0x50000000, size: 256M", "base: 0x78000000, size: 128M"}},
     "E212", "'b'", "/reserved-memory/secure@7f000000"},
    {"PoolInANode",
     {{"pool: {base: 0x60000000", "pool: {base: 0x5f000000"}},
     "E211", "'b'", "'pool'"},
    {"LoaderInANode",
     {{"loader: {base: 0x70000000", "loader: {base: 0x4f000000"}},
     "E211", "'a'", "the loader"},
    {"LoaderInAPool",
     {{"loader: {base: 0x70000000", "loader: {base: 0x60000000"}},
     "E211", "'pool'", "the loader"},
    {"CpuOwnedTwice",
     {{"cpu: 1", "cpu: 0"}},
     "E207", "'a'", "'b'"},
    {"CpuOwnedTwiceByOtherNames",
     {{"cpu: 1", "cpu: {path: /cpus/cpu@0}"}},
     "E207", "'a'", "'b'"},
    {"CpuNotOnTheBoard",
     {{"cpu: 1", "cpu: 7"}},
     "E205", "'b'", "the board"},
    {"DeviceOwnedTwice",
     {{"[/pl061@9030000]", "[/pl061@9030000, /pl031@9010000]"}},
     "E223", "'a'", "'b'"},
    {"DeviceOwnedTwiceByGlob",
     {{"[/pl061@9030000]", "[/pl061@9030000, /pl031@*]"}},
     "E223", "'a'", "'b'"},
    {"DeviceOwnedTwiceByCompatible",
     {{"[/pl061@9030000]", "[/pl061@9030000, {compatible: \"arm,pl031\"}]"}},
     "E223", "'a'", "'b'"},
    {"BusOverADeviceOfTheOther",
     {{"[/pl061@9030000]", "[/pl061@9030000, /soc]"}},
     "E223", "'a'", "'b'"},
    {"ConsoleOwnedTwice",
     {{"[/pl061@9030000]", "[/pl061@9030000, serial0]"}},
     "E223", "'a'", "'b'"},
    {"DeviceNotOnTheBoard",
     {{"/pl061@9030000", "/pl061@9030001"}},
     "E220", "/pl061@9030001", "the board"},
    {"DeviceDisabled",
     {{"[/pl061@9030000]", "[serial1]"}},
     "E221", "/pl011@9040000", ""},
    {"NodeNamedTwice",
     {{"  b:\n    cpu: 1", "  a:\n    cpu: 1"}},
     "E003", "a", ""},
    {"MisspeltKey",
     {{"memory: {base: 0x50000000", "memroy: {base: 0x50000000"}},
     "E101", "memroy", ""},
    {"UnparsableValue",
     {{"size: 256M}\n    console", "size: lots}\n    console"}},
     "E104", "lots", ""},
    {"OctalLookingCpu",
     {{"cpu: 1", "cpu: 01"}},
     "E104", "01", ""},
    // interrupts
    {"InterruptLineOfTwoNodes",
     {{"[/pl061@9030000]", "[/pl061@9030000, /soc/timer@b001000]"}},
     "E226", "'a'", "'b'"},
    {"InterruptThroughTheOthersGpio",
     {{"/virtio_mmio@a000000,", "/virtio_mmio@a000000, /soc/keys,"}},
     "E229", "'a'", "'b'"},
    {"InterruptThroughNobodysGpio",
     {{"[/pl061@9030000]", "[/soc/keys]"}},
     "W228", "'b'", "/pl061@9030000"},
    {"InterruptControllerClaimed",
     {{"[/pl061@9030000]", "[/intc@8000000]"}},
     "E222", "/intc@8000000", ""},
    {"PartOfTheInterruptControllerClaimed",
     {{"[/pl061@9030000]", "[/intc@8000000/its@8080000]"}},
     "E222", "/intc@8000000/its@8080000", ""},
    // pages
    {"TwoDevicesInOnePage",
     {{"[/pl061@9030000]", "[/pl061@9030000, /virtio_mmio@a000200]"}},
     "E225", "'a'", "'b'"},
    // providers
    {"ClockOfTheOtherNode",
     {{"devices: [/pl031@9010000,", "devices: [/soc/clock@b100000, /pl031@9010000,"}, {"[/pl061@9030000]", "[/soc/uart@b200000]"}},
     "E227", "'a'", "'b'"},
    {"SharedByAnOwnerThatIsNoNode",
     {{"components:", "share: [{device: /soc/clock@b100000, owner: c, why: x}]\ncomponents:"}},
     "E203", "c", ""},
    // DMA
    {"BusMaster",
     {{"[/pl061@9030000]", "[/soc/ethernet@b300000]"}},
     "W250", "'b'", "/soc/ethernet@b300000"},
    {"BusMasterUnderStrict",
     {{"  reserve:", "  dma: strict\n  reserve:"}, {"[/pl061@9030000]", "[/soc/ethernet@b300000]"}},
     "E250", "'b'", "/soc/ethernet@b300000"},
    {"BusMasterTrustedWithoutAReason",
     {{"[/pl061@9030000]", "[/soc/ethernet@b300000]\n    dma-trusted: [/soc/ethernet@b300000]"}},
     "E251", "'b'", ""},
    // devices of components
    {"ComponentOnItsNodesConsole",
     {{"elf: x.elf}", "elf: x.elf, devices: {serial0: {map: regs}}}"}},
     "E237", "'x'", "'a'"},
    {"InterruptOfTwoComponents",
     {{"elf: x.elf}", "elf: x.elf, devices: {/pl031@9010000: {irq: i}}}\n  z: {node: a, elf: z.elf, devices: {/pl031@9010000: {irq: i}}}"}},
     "E238", "'z'", "'x'"},
    // connections
    {"PoolOfOneNode",
     {{"nodes: {a: rw, b: rw}}", "nodes: {a: rw}}"}},
     "E242", "'pool'", "'b'"},
    {"PoolThatTheSenderMayOnlyRead",
     {{"nodes: {a: rw, b: rw}}", "nodes: {a: r, b: rw}}"}},
     "E242", "'pool'", "'a'"},
    {"EndThatIsNoComponent",
     {{"from: x.d", "from: z.d"}},
     "E240", "z", ""},
};
// clang-format on

std::string planted(const std::vector<Edit>& edits) {
    std::string out{good};
    for (const Edit& e : edits) {
        const size_t at = out.find(e.from);
        EXPECT_NE(at, std::string::npos) << e.from;
        if (at != std::string::npos) out.replace(at, e.from.size(), e.to);
    }
    return out;
}

/// All findings of the whole partitioner.
void run(std::string_view text, DiagnosticSink& sink) {
    Hardware hardware = test::make_virt();
    SourceSpan where = hardware.source;
    where.node = "/reserved-memory/secure@7f000000";
    hardware.reserved.push_back({test::range(0x7f000000, 0x1000000), where.node, true, where});
    const auto system = test::read_system(text, sink);
    if (system && check(*system, hardware, sink)) (void)partition(*system, hardware, sink);
}

const Diagnostic* find(const DiagnosticSink& sink, std::string_view id) {
    for (const Diagnostic& d : sink.all())
        if (d.id == id) return &d;
    return nullptr;
}

/// A place that a user can go to: a line of the YAML, or a node of the device tree.
bool is_place(const SourceSpan& where) {
    return where.known() && (where.line != 0 || !where.node.empty() || where.file->path != "");
}

std::string text_of(const Diagnostic& d) {
    std::string out = d.message;
    for (const Diagnostic::Note& n : d.notes) out += "\n" + n.text + " " + n.where.node;
    return out;
}

class Planted : public testing::TestWithParam<Fault> {};

TEST_P(Planted, IsFoundWithEveryPlace) {
    const Fault& f = GetParam();
    DiagnosticSink sink;
    run(planted(f.edits), sink);
    const Diagnostic* d = find(sink, f.id);
    ASSERT_NE(d, nullptr) << f.id << " expected, found: " << test::ids_of(sink);
    EXPECT_NE(d->where.line, 0u) << "no line of the YAML";
    EXPECT_NE(text_of(*d).find(f.first), std::string::npos) << text_of(*d);
    EXPECT_NE(text_of(*d).find(f.second), std::string::npos) << text_of(*d);
    if (f.second.empty()) return;
    ASSERT_FALSE(d->notes.empty()) << d->message;
    EXPECT_TRUE(is_place(d->notes.front().where)) << d->message;
    const SourceSpan& other = d->notes.front().where;
    EXPECT_TRUE(other.line != d->where.line || other.column != d->where.column ||
                other.file != d->where.file)
        << "the place of one party twice: " << d->message;
}

INSTANTIATE_TEST_SUITE_P(All, Planted, testing::ValuesIn(faults),
                         [](const auto& i) { return std::string{i.param.name}; });

TEST(PlantedFaults, TheGoodOneIsGood) {
    DiagnosticSink sink;
    run(good, sink);
    EXPECT_FALSE(sink.has_errors()) << sink.all().front().message;
    for (const Diagnostic& d : sink.all()) EXPECT_NE(d.id.front(), 'W') << d.message;
}

/// Near a fault, and none: refusing these would make real boards useless.
TEST(PlantedFaults, WhatIsNoFault) {
    // clang-format off
    const std::vector<std::vector<Edit>> fine{
        // A clock that a node has and nobody else needs, a device on a clock that nobody has.
        {{"devices: [/pl031@9010000,", "devices: [/soc/clock@b100000, /pl031@9010000,"}},
        {{"[/pl061@9030000]", "[/soc/uart@b200000]"}},
        // Strict about DMA where nothing masters the bus, or what does is acknowledged.
        {{"  reserve:", "  dma: strict\n  reserve:"}},
        {{"  reserve:", "  dma: strict\n  reserve:"},
         {"[/pl061@9030000]",
          "[/soc/ethernet@b300000]\n    dma-trusted: [/soc/ethernet@b300000]\n    why: reviewed"}},
        // One page, and one clock, said to be shared.
        {{"[/pl061@9030000]", "[/pl061@9030000, /virtio_mmio@a000200]"},
         {"components:",
          "share: [{device: /virtio_mmio@a000000, owner: a, why: trusted}]\ncomponents:"}},
        {{"devices: [/pl031@9010000,", "devices: [/soc/clock@b100000, /pl031@9010000,"},
         {"[/pl061@9030000]", "[/soc/uart@b200000]"},
         {"components:", "share: [{device: /soc/clock@b100000, owner: a, why: set}]\ncomponents:"}},
    };
    // clang-format on
    for (const std::vector<Edit>& edits : fine) {
        DiagnosticSink sink;
        run(planted(edits), sink);
        EXPECT_FALSE(sink.has_errors()) << edits.back().to << ": " << sink.all().front().message;
    }
}

TEST(PlantedFaults, TwoFaultsGiveTwoFindings) {
    DiagnosticSink sink;
    // clang-format off
    run(planted({{"cpu: 1", "cpu: 0"}, {"[/pl061@9030000]", "[/pl031@9010000]"}}), sink);
    // clang-format on
    EXPECT_NE(find(sink, "E207"), nullptr);
    EXPECT_NE(find(sink, "E223"), nullptr);
}

}  // namespace
}  // namespace mkl
