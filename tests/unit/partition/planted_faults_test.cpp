// SPDX-License-Identifier: BSD-2-Clause
// One good description; each case plants one fault in it. Every fault is found under its id, and
// where two parties are involved the finding has the place of both.
#include <gtest/gtest.h>

#include <ostream>
#include <string_view>

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

enum class Parties { one, two };

struct Fault {
    std::string_view name;
    std::string_view from, to;  ///< text of `good` and what stands there instead
    std::string_view id;
    Parties parties;
};

/// For gtest: a name, not bytes with addresses in them.
void PrintTo(const Fault& f, std::ostream* out) { *out << f.name; }

constexpr Fault faults[] = {
  // partition-tools' matrix
    {"RamOfTwoNodesOverlaps",         "base: 0x50000000, size: 256M", "base: 0x4f000000, size: 256M",
     "E211",                                                                                                            Parties::two},
    {"RamOutsideTheBoard",            "base: 0x50000000, size: 256M", "base: 0x90000000, size: 256M",           "E212",
     Parties::two                                                                                                                   },
    {"RamThatFirmwareKeeps",          "base: 0x50000000, size: 256M", "base: 0x78000000, size: 128M",           "E212",
     Parties::two                                                                                                                   },
    {"PoolInANode",                   "pool: {base: 0x60000000",      "pool: {base: 0x5f000000",                "E211", Parties::two},
    {"LoaderInANode",                 "loader: {base: 0x70000000",    "loader: {base: 0x4f000000",              "E211",
     Parties::two                                                                                                                   },
    {"CpuOwnedTwice",                 "cpu: 1",                       "cpu: 0",                                 "E207", Parties::two},
    {"CpuNotOnTheBoard",              "cpu: 1",                       "cpu: 7",                                 "E205", Parties::two},
    {"DeviceOwnedTwice",              "[/pl061@9030000]",             "[/pl061@9030000, /pl031@9010000]",       "E223",
     Parties::two                                                                                                                   },
    {"ConsoleOwnedTwice",             "[/pl061@9030000]",             "[/pl061@9030000, serial0]",              "E223", Parties::two},
    {"DeviceNotOnTheBoard",           "/pl061@9030000",               "/pl061@9030001",                         "E220", Parties::two},
    {"NodeNamedTwice",                "  b:\n    cpu: 1",             "  a:\n    cpu: 1",                       "E003", Parties::two},
    {"MisspeltKey",                   "memory: {base: 0x50000000",    "memroy: {base: 0x50000000",              "E101", Parties::one},
    {"UnparsableValue",               "size: 256M}\n    console",     "size: lots}\n    console",               "E104",
     Parties::one                                                                                                                   },
    {"OctalLookingCpu",               "cpu: 1",                       "cpu: 01",                                "E104", Parties::one},
 // interrupts
    {"InterruptLineOfTwoNodes",       "[/pl061@9030000]",             "[/pl061@9030000, /soc/timer@b001000]",   "E226",
     Parties::two                                                                                                                   },
    {"InterruptThroughTheOthersGpio", "/virtio_mmio@a000000,",        "/virtio_mmio@a000000, /soc/keys,",
     "E229",                                                                                                            Parties::two},
    {"InterruptThroughNobodysGpio",   "[/pl061@9030000]",             "[/soc/keys]",                            "W228", Parties::two},
    {"InterruptControllerClaimed",    "[/pl061@9030000]",             "[/intc@8000000]",                        "E222", Parties::one},
 // pages
    {"TwoDevicesInOnePage",           "[/pl061@9030000]",             "[/pl061@9030000, /virtio_mmio@a000200]", "E225",
     Parties::two                                                                                                                   },
 // providers
    {"ClockOfTheOtherNode",           "devices: [/pl031@9010000,",
     "devices: [/soc/clock@b100000, /pl031@9010000,",                                                           "none", Parties::one},
    {"UartOnTheOthersClock",          "[/pl061@9030000]",             "[/soc/uart@b200000]",                    "none", Parties::one},
 // DMA
    {"BusMaster",                     "[/pl061@9030000]",             "[/soc/ethernet@b300000]",                "W250", Parties::two},
    {"BusMasterUnderStrict",          "  reserve:",                   "  dma: strict\n  reserve:",              "none", Parties::one},
 // connections
    {"PoolOfOneNode",                 "nodes: {a: rw, b: rw}}",       "nodes: {a: rw}}",                        "E242", Parties::two},
    {"PoolThatTheSenderMayOnlyRead",  "nodes: {a: rw, b: rw}}",       "nodes: {a: r, b: rw}}",                  "E242",
     Parties::two                                                                                                                   },
    {"EndThatIsNoComponent",          "from: x.d",                    "from: z.d",                              "E240", Parties::one},
    {"DeviceDisabled",                "[/pl061@9030000]",             "[serial1]",                              "E221", Parties::two},
};

std::string planted(std::string_view text, std::string_view from, std::string_view to) {
    std::string out{text};
    const size_t at = out.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    if (at != std::string::npos) out.replace(at, from.size(), to);
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

class Planted : public testing::TestWithParam<Fault> {};

TEST_P(Planted, IsFoundWithEveryPlace) {
    const Fault& f = GetParam();
    DiagnosticSink sink;
    run(planted(good, f.from, f.to), sink);
    if (f.id == "none") {
        EXPECT_FALSE(sink.has_errors()) << sink.all().front().message;
        return;
    }
    const Diagnostic* d = find(sink, f.id);
    ASSERT_NE(d, nullptr) << f.id << " expected, found: " << test::ids_of(sink);
    EXPECT_NE(d->where.line, 0u) << "no line of the YAML";
    EXPECT_FALSE(d->message.empty());
    if (f.parties == Parties::one) return;
    ASSERT_FALSE(d->notes.empty()) << d->message;
    EXPECT_TRUE(is_place(d->notes.front().where)) << d->message;
}

INSTANTIATE_TEST_SUITE_P(All, Planted, testing::ValuesIn(faults),
                         [](const auto& i) { return std::string{i.param.name}; });

TEST(PlantedFaults, TheGoodOneIsGood) {
    DiagnosticSink sink;
    run(good, sink);
    EXPECT_FALSE(sink.has_errors()) << sink.all().front().message;
    for (const Diagnostic& d : sink.all()) EXPECT_NE(d.id.front(), 'W') << d.message;
}

/// Faults that need two changes.
TEST(PlantedFaults, ProviderOfTheOtherNode) {
    DiagnosticSink sink;
    run(planted(planted(good, "[/pl031@9010000,", "[/soc/clock@b100000, /pl031@9010000,"),
                "[/pl061@9030000]", "[/soc/uart@b200000]"),
        sink);
    const Diagnostic* d = find(sink, "E227");
    ASSERT_NE(d, nullptr) << test::ids_of(sink);
    EXPECT_NE(d->where.line, 0u);
    EXPECT_NE(d->notes.at(0).where.line, 0u) << "the provider's owner";
    EXPECT_NE(d->message.find("/soc/clock@b100000"), std::string::npos);
}

TEST(PlantedFaults, StrictDma) {
    DiagnosticSink sink;
    run(planted(planted(good, "  reserve:", "  dma: strict\n  reserve:"), "[/pl061@9030000]",
                "[/soc/ethernet@b300000]"),
        sink);
    const Diagnostic* d = find(sink, "E250");
    ASSERT_NE(d, nullptr) << test::ids_of(sink);
    EXPECT_NE(d->where.line, 0u);
    ASSERT_FALSE(d->notes.empty());
    EXPECT_EQ(d->notes[0].where.node, "/soc/ethernet@b300000");
}

TEST(PlantedFaults, TwoFaultsGiveTwoFindings) {
    DiagnosticSink sink;
    run(planted(planted(good, "cpu: 1", "cpu: 0"), "[/pl061@9030000]", "[/pl031@9010000]"), sink);
    EXPECT_NE(find(sink, "E207"), nullptr);
    EXPECT_NE(find(sink, "E223"), nullptr);
}

}  // namespace
}  // namespace mkl
