// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/manifest/manifest.hpp"

#include <gtest/gtest.h>

#include "golden.hpp"
#include "system_text.hpp"

namespace mkl {
namespace {

using test::ids_of;
using test::read_system;

constexpr std::string_view minimal =
    "mkl: 1\nboard: {dtb: board.dtb}\nnodes:\n  node0: {cpu: 0, memory: 64M}\n";

/// The minimal system with one more key of node0.
std::string with_node_key(std::string_view key) {
    return "mkl: 1\nboard: {dtb: b.dtb}\nnodes: {n: {cpu: 0, memory: 64M, " + std::string{key} +
           "}}\n";
}

TEST(Manifest, ReadsTheMinimalSystem) {
    DiagnosticSink sink;
    const auto system = read_system(minimal, sink);
    ASSERT_TRUE(system) << ids_of(sink);
    ASSERT_EQ(system->nodes.size(), 1u);
    EXPECT_EQ(system->nodes[0].name.value, "node0");
    EXPECT_EQ(system->nodes[0].name.where.line, 4u);
    EXPECT_EQ(system->nodes[0].name.where.column, 3u);
    EXPECT_EQ(system->nodes[0].memory.at(0).size.value, 64u << 20);
    EXPECT_FALSE(system->nodes[0].memory[0].base);
    EXPECT_EQ(system->nodes[0].kernel.kind, KernelKind::builtin);
    EXPECT_FALSE(system->nodes[0].console);
    EXPECT_EQ(system->board.dtb->value, "board.dtb");
}

TEST(Manifest, ReadsEveryKeyOfTheReference) {
    DiagnosticSink sink;
    const auto system = read_system(R"(mkl: 1
board:
  dts: board.dts
  qemu: {machine: virt, gic-version: 3, virtualization: false, secure: true, cpus: 2, memory: 1G, cpu: cortex-a53}
  memory: [{base: 0x80000000, size: 2G}]
  reserve: [{base: 0x80000000, size: 512K, why: "OpenSBI"}]
  sgis: 0-7
  firmware-tree: live.dtb
  dma: strict
loader: {base: 0x70000000, size: 64M}
nodes:
  node0:
    cpu: 0
    memory: [256M, {base: 0x50000000, size: 2M}]
    kernel: {builtin: release}
    console: /pl011@9000000
    devices: [/pl031@9010000, serial1, "&uart1", /virtio_mmio@a003*, {compatible: "arm,pl061"}, {all-except: [/pcie@10000000]}]
    dma-trusted: [/dma@1, {device: /dma@2, why: "second"}]
    why: "first"
    start-timeout: 250ms
  node1:
    cpu: {hwid: 0x100}
    memory: {base: 0x50000000, size: 256M}
    kernel: {elf: k.elf, config: c.json, platform: p.json, tree: t.dts, protocol: sel4, build: [make, "{overlay}"]}
    console: log
  node2: {cpu: {path: /cpus/cpu@2}, memory: 64M, root: my.elf}
shared:
  pool: {size: 16M, base: 0x60000000, nodes: {node0: rw, node1: r}}
components:
  client:
    node: node0
    elf: client.elf
    priority: 100
    max-priority: 120
    stack: 32K
    heap: 64K
    domain: 1
    fault: adder
    devices: {"/pl031@9010000": {map: regs, irq: tick}}
    dma: {ring: {size: 64K}}
    budget: 2ms
    period: 1s
  adder: {node: node1, elf: adder.elf}
connections:
  q: {type: queue, from: adder.d, to: client.d, size: 4K, depth: 16, in: pool}
  r: {type: rpc, from: client.r, to: adder.r, queued: true}
files:
  linux: {path: Image, node: node0, base: 0x48000000}
share:
  - {device: /clock@30380000, owner: node0, why: "left as firmware set it"}
)",
                                    sink);
    ASSERT_TRUE(system) << ids_of(sink);
    const Board& b = system->board;
    EXPECT_EQ(b.qemu->gic_version, 3u);
    EXPECT_EQ(b.qemu->virtualization, false);
    EXPECT_EQ(b.qemu->secure, true);
    EXPECT_EQ(b.qemu->memory.value, 1u << 30);
    EXPECT_EQ(b.memory.at(0).size.value, uint64_t{2} << 30);
    EXPECT_EQ(b.reserve.at(0).why, "OpenSBI");
    EXPECT_EQ(b.sgis->value, (std::vector<uint32_t>{0, 1, 2, 3, 4, 5, 6, 7}));
    EXPECT_EQ(b.firmware_tree->value, "live.dtb");
    EXPECT_TRUE(b.dma_strict);
    EXPECT_EQ(system->loader->base->value, 0x70000000u);

    const NodeRequest& n0 = system->nodes.at(0);
    EXPECT_EQ(n0.memory.size(), 2u);
    EXPECT_EQ(n0.memory[1].base->value, 0x50000000u);
    EXPECT_EQ(n0.kernel.kind, KernelKind::builtin_release);
    EXPECT_EQ(n0.console->text, "/pl011@9000000");
    using Kind = DeviceSelector::Kind;
    ASSERT_EQ(n0.devices.size(), 6u);
    const Kind kinds[] = {Kind::path, Kind::alias,      Kind::label,
                          Kind::glob, Kind::compatible, Kind::all_except};
    for (size_t i = 0; i < 6; i++) EXPECT_EQ(n0.devices[i].kind, kinds[i]) << i;
    EXPECT_EQ(n0.devices[2].text, "uart1");
    EXPECT_EQ(n0.devices[5].except.at(0).text, "/pcie@10000000");
    EXPECT_EQ(n0.dma_trusted.at(0).why, "first");
    EXPECT_EQ(n0.dma_trusted.at(1).why, "second");
    EXPECT_EQ(n0.start_timeout_ms->value, 250u);

    const NodeRequest& n1 = system->nodes.at(1);
    EXPECT_EQ(n1.cpu.by, CpuChoice::By::hwid);
    EXPECT_EQ(n1.cpu.number, 0x100u);
    EXPECT_EQ(n1.kernel.kind, KernelKind::elf);
    EXPECT_EQ(n1.kernel.build.at(1).value, "{overlay}");
    EXPECT_EQ(n1.kernel.protocol->value, "sel4");
    EXPECT_FALSE(n1.console);
    EXPECT_EQ(system->nodes.at(2).cpu.path, "/cpus/cpu@2");
    EXPECT_EQ(system->nodes.at(2).root->value, "my.elf");

    EXPECT_EQ(system->shared.at(0).nodes.at(1).second, Rights::read_only);
    const ComponentRequest& c = system->components.at(0);
    EXPECT_EQ(c.max_priority->value, 120u);
    EXPECT_EQ(c.stack.value, 32u << 10);
    EXPECT_EQ(c.heap, 64u << 10);
    EXPECT_EQ(c.fault->value, "adder");
    EXPECT_EQ(c.devices.at(0).map, "regs");
    EXPECT_EQ(c.devices.at(0).irq, "tick");
    EXPECT_EQ(c.dma.at(0).name, "ring");
    EXPECT_EQ(c.budget_us, 2000u);
    EXPECT_EQ(c.period_us, 1'000'000u);
    EXPECT_EQ(system->components.at(1).priority.value, 100u);
    EXPECT_EQ(system->components.at(1).stack.value, 16u << 10);
    EXPECT_EQ(system->connections.at(0).type, ConnectionType::queue);
    EXPECT_EQ(system->connections.at(0).depth, 16u);
    EXPECT_EQ(system->connections.at(0).in->value, "pool");
    EXPECT_EQ(system->connections.at(0).from.owner, "adder");
    EXPECT_EQ(system->connections.at(0).from.name, "d");
    EXPECT_TRUE(system->connections.at(1).queued);
    EXPECT_EQ(system->files.at(0).path.value, "Image");
    EXPECT_EQ(system->share.at(0).owner.value, "node0");
}

TEST(Manifest, SgisAreARangeOrAListOfThem) {
    const auto sgis = [](std::string_view text, DiagnosticSink& sink) {
        const auto system = read_system("mkl: 1\nboard: {dtb: b.dtb, sgis: " + std::string{text} +
                                            "}\nnodes: {n: {cpu: 0, memory: 64M}}\n",
                                        sink);
        return system ? system->board.sgis->value : std::vector<uint32_t>{};
    };
    DiagnosticSink sink;
    EXPECT_EQ(sgis("3", sink), (std::vector<uint32_t>{3}));
    EXPECT_EQ(sgis("[]", sink), std::vector<uint32_t>{});
    EXPECT_EQ(sgis("[9, 1-3, 2]", sink), (std::vector<uint32_t>{1, 2, 3, 9}));
    EXPECT_EQ(sink.error_count(), 0u) << ids_of(sink);
    for (const char* wrong : {"[16]", "[3-1]", "[[1]]", "16"}) {
        DiagnosticSink refused;
        sgis(wrong, refused);
        EXPECT_GT(refused.error_count(), 0u) << wrong;
    }
}

TEST(Manifest, DepthsAreThoseOfAQueue) {
    for (const auto& [depth, findings] : {
             std::pair{"0",     "E105 4:59\n"},
             {"1",     ""           },
             {"65536", ""           },
             {"65537", "E105 4:59\n"}
    }) {
        DiagnosticSink sink;
        read_system("mkl: 1\nboard: {dtb: b.dtb}\nnodes: {n: {cpu: 0, memory: 64M}}\n"
                    "connections: {q: {type: queue, from: a.o, to: b.i, depth: " +
                        std::string{depth} + "}}\n",
                    sink);
        EXPECT_EQ(ids_of(sink), findings) << depth;
    }
}

TEST(Manifest, ByteOrderMarkAndCarriageReturnsChangeNothing) {
    std::string text = "\xef\xbb\xbf";
    for (const char c : minimal) text += c == '\n' ? std::string{"\r\n"} : std::string(1, c);
    DiagnosticSink sink;
    const auto system = read_system(text, sink);
    ASSERT_TRUE(system) << ids_of(sink);
    EXPECT_EQ(system->nodes[0].name.where.line, 4u);
    EXPECT_EQ(system->nodes[0].name.where.column, 3u);
}

struct NumberCase {
    std::string_view text;
    std::optional<uint64_t> value;  ///< nullopt: E104
};
class Numbers : public testing::TestWithParam<NumberCase> {};

TEST_P(Numbers, AreDecimalOrHexAndNothingElse) {
    DiagnosticSink sink;
    const auto system = read_system("mkl: 1\nboard: {dtb: b}\nnodes: {n: {cpu: 0, memory: {base: " +
                                        std::string{GetParam().text} + ", size: 2M}}}\n",
                                    sink);
    EXPECT_EQ(system.has_value(), GetParam().value.has_value()) << ids_of(sink);
    if (system && GetParam().value) {
        EXPECT_EQ(system->nodes[0].memory[0].base->value, *GetParam().value);
    } else {
        EXPECT_TRUE(sink.has("E104")) << ids_of(sink);
        EXPECT_EQ(sink.error_count(), 1u);
    }
}

constexpr std::optional<uint64_t> bad = std::nullopt;
INSTANTIATE_TEST_SUITE_P(
    All, Numbers,
    testing::Values(NumberCase{"0", 0}, NumberCase{"7", 7}, NumberCase{"1_000", 1000},
                    NumberCase{"0x1_0000", 0x10000}, NumberCase{"0xABcd", 0xabcd},
                    NumberCase{"4K", 4096}, NumberCase{"3M", 3u << 20},
                    NumberCase{"2G", uint64_t{2} << 30}, NumberCase{"0x10M", 16u << 20},
                    NumberCase{"\"64M\"", 64u << 20},
                    NumberCase{"18446744073709551615", UINT64_MAX},
                    NumberCase{"0xffffffffffffffff", UINT64_MAX}, NumberCase{"08", bad},
                    NumberCase{"010", bad}, NumberCase{"0o17", bad}, NumberCase{"0b1", bad},
                    NumberCase{"00", bad}, NumberCase{"0x", bad}, NumberCase{"0X10", bad},
                    NumberCase{"1e3", bad}, NumberCase{"1.5G", bad}, NumberCase{"64MB", bad},
                    NumberCase{"64MiB", bad}, NumberCase{"64m", bad}, NumberCase{"64k", bad},
                    NumberCase{"-1", bad}, NumberCase{"+1", bad}, NumberCase{"1__0", bad},
                    NumberCase{"_1", bad}, NumberCase{"1_", bad}, NumberCase{"0x_1", bad},
                    NumberCase{"1:30", bad}, NumberCase{"lots", bad},
                    NumberCase{"18446744073709551616", bad}, NumberCase{"17179869184G", bad},
                    NumberCase{"1 M", bad}));

struct TextCase {
    std::string_view name, text, findings;
};
class BadText : public testing::TestWithParam<TextCase> {};

TEST_P(BadText, IsFoundWhereItStands) {
    DiagnosticSink sink;
    EXPECT_FALSE(read_system(GetParam().text, sink));
    EXPECT_EQ(ids_of(sink), GetParam().findings);
}

INSTANTIATE_TEST_SUITE_P(
    All, BadText,
    testing::Values(
        TextCase{"Empty", "", "E007 0:0\n"}, TextCase{"Comment", "# nothing\n", "E007 0:0\n"},
        TextCase{"DoubleQuote", "mkl: 1\nboard: {dtb: \"b\n", "E002 2:14\n"},
        TextCase{"DoubleQuoteAtEnd", "mkl: 1\nboard: \"b", "E002 2:10\n"},
        TextCase{"SingleQuote", "mkl: 1\nboard: 'b''\nx: 1\n", "E002 2:8\n"},
        TextCase{"EscapedQuote", "mkl: 1\nboard: \"b\\\"\n", "E002 2:8\n"},
        TextCase{"Bracket", "mkl: 1\nboard: {dtb: b\n", "E002 3:1\n"},
        TextCase{"TwoDocuments", "mkl: 1\n---\nmkl: 1\n", "E006 2:1\n"},
        TextCase{"Tag", "mkl: !!int 1\n", "E006 1:6\n"},
        TextCase{"ControlCharacter", "mkl: 1\x01\n", "E005 1:7\n"},
        TextCase{"LoneCarriageReturn", "mkl: 1\rboard: 2\n", "E005 1:7\n"},
        TextCase{"NotUtf8", "mkl: \xff\n", "E005 1:6\n"},
        TextCase{"AliasOfItself", "mkl: &a [*a]\n", "E004 1:10\n"},
        TextCase{"UnknownAlias", "mkl: *a\n", "E002 1:6\n"},
        TextCase{"KeyThatIsAList", "? [a]\n: 1\n", "E002 1:3\n"},
        TextCase{"NotAMapping", "- mkl\n", "E103 1:1\n"},
        TextCase{"KeyTwice", "mkl: 1\nmkl: 1\n", "E003 2:1\n"},
        TextCase{"KeyTwiceQuoted", "mkl: 1\nboard: {dtb: a, \"dtb\": b}\n", "E003 2:17\n"},
        TextCase{"NothingButVersion", "mkl: 1\n", "E102 1:1\nE102 1:1\n"},
        TextCase{"Version", "mkl: 2\nboard: {dtb: b}\nnodes: {n: {cpu: 0, memory: 2M}}\n",
                 "E108 1:6\n"},
        TextCase{"BoardWithoutTree", "mkl: 1\nboard: {}\nnodes: {n: {cpu: 0, memory: 2M}}\n",
                 "E102 2:8\n"},
        TextCase{"BothTrees", "mkl: 1\nboard: {dtb: b, dts: c}\nnodes: {n: {cpu: 0, memory: 2M}}\n",
                 "E107 2:17\n"},
        TextCase{"EmptyMemory", "mkl: 1\nboard: {dtb: b}\nnodes: {n: {cpu: 0, memory: []}}\n",
                 "E103 3:29\n"},
        TextCase{"NullMemory", "mkl: 1\nboard: {dtb: b}\nnodes: {n: {cpu: 0, memory: }}\n",
                 "E103 3:29\n"}),
    [](const auto& i) { return std::string{i.param.name}; });

TEST(Manifest, RefusesNestedAliasesBeforeTheyFillTheMachine) {
    std::string text = "a0: &a0 [x, x]\n";
    for (int i = 1; i < 26; i++) {
        const std::string last = std::to_string(i - 1), now = std::to_string(i);
        text += "a" + now + ": &a" + now + " [*a" + last + ", *a" + last + "]\n";
    }
    DiagnosticSink sink;
    EXPECT_FALSE(read_system(text, sink));
    EXPECT_TRUE(sink.has("E004")) << ids_of(sink);
    EXPECT_EQ(sink.error_count(), 1u);
}

TEST(Manifest, RefusesDeepNesting) {
    for (const std::string_view bracket : {"[", "{a: ", "- "}) {
        std::string text;
        for (int i = 0; i < 5000; i++) text += bracket;
        DiagnosticSink sink;
        EXPECT_FALSE(read_system(text, sink));
        EXPECT_TRUE(sink.has("E004") || sink.has("E002")) << bracket << ids_of(sink);
    }
}

TEST(Manifest, AliasesWithinLimitsAreTheValue) {
    DiagnosticSink sink;
    const auto system = read_system(
        "mkl: 1\nboard: {dtb: b}\nnodes:\n  a: &n {cpu: 0, memory: 2M}\n  b: *n\n", sink);
    ASSERT_TRUE(system) << ids_of(sink);
    EXPECT_EQ(system->nodes[1].memory[0].size.value, 2u << 20);
    EXPECT_EQ(system->nodes[1].name.where.line, 5u);
}

TEST(Manifest, UnknownKeysGetASuggestion) {
    DiagnosticSink sink;
    EXPECT_FALSE(read_system(with_node_key("consol: log"), sink));
    ASSERT_EQ(sink.all().size(), 1u);
    EXPECT_EQ(sink.all()[0].id, "E101");
    EXPECT_EQ(sink.all()[0].hint, "did you mean `console`?");
}

struct HintCase {
    std::string_view text, id, hint;
};
class Hints : public testing::TestWithParam<HintCase> {};

TEST_P(Hints, ProposeAValueOfTheShape) {
    DiagnosticSink sink;
    EXPECT_FALSE(read_system(GetParam().text, sink));
    ASSERT_EQ(sink.all().size(), 1u) << ids_of(sink);
    EXPECT_EQ(sink.all()[0].id, GetParam().id);
    EXPECT_EQ(sink.all()[0].hint, GetParam().hint);
}

#define MKL_SYSTEM "mkl: 1\nboard: {dtb: b.dtb}\nnodes: {n: {cpu: 0, memory: 64M}}\n"
INSTANTIATE_TEST_SUITE_P(
    All, Hints,
    testing::Values(
        HintCase{"- mkl", "E103",
                 "write e.g. `{mkl: 1, board: {dtb: FILE}, nodes: {NAME: {cpu: 0, memory: 64M}}}`"},
        HintCase{MKL_SYSTEM "loader: here\n", "E103", "write e.g. `{base: 0x40000000}`"},
        HintCase{MKL_SYSTEM "shared: {p: {size: 4K, nodes: [n]}}\n", "E103",
                 "write e.g. `{NAME: rw}`"},
        HintCase{MKL_SYSTEM "shared: {p: {size: 4K, nodes: {n: write}}}\n", "E106",
                 "write one of them, e.g. `rw`"},
        HintCase{MKL_SYSTEM "components: {c: {node: n, elf: c.elf, files: f}}\n", "E103",
                 "write `[f]`"},
        HintCase{MKL_SYSTEM "components: {c: {node: n, elf: \"\"}}\n", "E103", "write e.g. `FILE`"},
        HintCase{MKL_SYSTEM "components: {c: {node: n, elf: c.elf, heap: -1}}\n", "E104",
                 "write e.g. `64M`"},
        HintCase{MKL_SYSTEM "components: {c: {node: n, elf: c.elf, priority: -1}}\n", "E104",
                 "write e.g. `100`"},
        HintCase{MKL_SYSTEM "components: {c: {node: n, elf: c.elf, domain: 0x10000000000000000}}\n",
                 "E104", "write at most 4294967295"},
        HintCase{MKL_SYSTEM "components: {c: {node: n, elf: c.elf, budget: 0s}}\n", "E105",
                 "write e.g. `2ms`"},
        HintCase{MKL_SYSTEM "connections: {c: {type: queue, from: a, to: b.i}}\n", "E103",
                 "write e.g. `a.NAME`"},
        HintCase{MKL_SYSTEM "connections: {c: {type: queue, from: a.b.c, to: b.i}}\n", "E103",
                 "write e.g. `COMPONENT.NAME`"},
        HintCase{"mkl: 1\nboard: {dtb: \"\\xzz\"}\n", "E002",
                 "write \\\\ for a backslash, or use single quotes"},
        HintCase{"mkl: 1\nboard: {dtb: \"\\ud800\"}\n", "E002",
                 "write the character itself, or \\\\ for a backslash"}));

TEST(Manifest, MissingFileIsAFinding) {
    MemoryFileSystem files;
    DiagnosticSink sink;
    EXPECT_FALSE(load_system(files, "none.yaml", {}, sink));
    EXPECT_EQ(ids_of(sink), "E001 0:0\n");
    EXPECT_FALSE(sink.all().at(0).hint.empty());
}

TEST(Settings, ReplaceAndAddAndPointAtTheArgument) {
    DiagnosticSink sink;
    const auto system = read_system(minimal, sink,
                                    {
                                        {"nodes.node0.memory",   "128M"                      },
                                        {"nodes.node0.console",  "/pl011@9000000"            },
                                        {"nodes.node1",          "{cpu: 1, memory: [2M, 4M]}"},
                                        {"nodes.node1.memory.1", "6M"                        }
    });
    ASSERT_TRUE(system) << ids_of(sink);
    EXPECT_EQ(system->nodes[0].memory[0].size.value, 128u << 20);
    EXPECT_EQ(system->nodes[0].memory[0].size.where.file->path, "--set");
    EXPECT_EQ(system->nodes[0].console->text, "/pl011@9000000");
    ASSERT_EQ(system->nodes.size(), 2u);
    EXPECT_EQ(system->nodes[1].memory.at(1).size.value, 6u << 20);
}

TEST(Settings, ThatNameNoPlaceAreFindings) {
    for (const Setting& s : std::vector<Setting>{
             {"nodes.node0.cpu.x",     "1"},
             {"",                      "1"},
             {"nodes..x",              "1"},
             {"nodes.node0.devices.0", "x"}
    }) {
        DiagnosticSink sink;
        EXPECT_FALSE(read_system(with_node_key("devices: []"), sink, {s})) << s.key;
        ASSERT_FALSE(sink.all().empty());
        EXPECT_EQ(sink.all()[0].where.file->path, "--set") << s.key;
        EXPECT_FALSE(sink.all()[0].hint.empty()) << s.key;
    }
    DiagnosticSink sink;
    EXPECT_FALSE(read_system(minimal, sink,
                             {
                                 {"nodes.node0.memroy", "1M"}
    }));
    EXPECT_TRUE(sink.has("E101")) << ids_of(sink);
}

TEST(Schema, ShippedFileIsTheReadersTable) {
    test::expect_golden(system_schema_json(),
                        std::filesystem::path{MKL_SOURCE_DIR} / "schemas/system.schema.json");
}

}  // namespace
}  // namespace mkl
