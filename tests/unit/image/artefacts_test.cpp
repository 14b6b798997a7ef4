// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "adder.hpp"
#include "golden.hpp"
#include "mkl/formats/boot_record.hpp"

namespace mkl {
namespace {

std::string findings(const DiagnosticSink& sink) {
    std::string text;
    for (const Diagnostic& d : sink.all()) text += std::string{d.id} + ": " + d.message + "\n";
    return text;
}

std::optional<Artefacts> make(test::Adder& adder, DiagnosticSink& sink, bool complete = true) {
    return make_artefacts(adder.plan, adder.system, adder.hardware, adder.files, adder.share, sink,
                          {complete});
}

TEST(Artefacts, BootRecordsSayWhatThePlanSays) {
    test::Adder adder;
    DiagnosticSink sink;
    const auto made = make(adder, sink);
    ASSERT_TRUE(made) << findings(sink);
    std::string text, error;
    for (const NodeArtefacts& node : made->nodes) {
        const auto record = open_boot_record(node.boot_record, error);
        ASSERT_TRUE(record) << error;
        text += to_text(*record) + "\n";
    }
    test::expect_golden(text, "adder.boot-records.txt");
}

TEST(Artefacts, PartsStandInOrderAndApart) {
    test::Adder adder;
    DiagnosticSink sink;
    const auto made = make(adder, sink);
    ASSERT_TRUE(made) << findings(sink);
    for (const NodeArtefacts& node : made->nodes) {
        const NodeLayout& l = node.layout;
        EXPECT_EQ(l.kernel.base(), l.memory.base());
        EXPECT_LE(l.kernel.end(), l.dtb.base());
        EXPECT_LE(l.dtb.end(), l.boot_record.base());
        EXPECT_LE(l.boot_record.end(), l.root.base());
        EXPECT_EQ(l.kernel_virt, 0xffffff8040000000u);
        EXPECT_EQ(l.kernel_entry, l.kernel.base().value);
        for (const PhysRange part : {l.dtb, l.boot_record, l.root})
            EXPECT_EQ(part.base().value % 4096, 0u);
        // Segments cover their part without a hole: what is not data is zeroed.
        for (const PlacedFile& file : node.files) {
            for (size_t i = 1; i < file.segments.size(); i++) {
                const auto& before = file.segments[i - 1];
                EXPECT_EQ(before.dest + before.memory_size, file.segments[i].dest) << file.name;
            }
        }
        EXPECT_EQ(node.files[1].segments.back().dest + node.files[1].segments.back().memory_size,
                  l.root.end().value);
    }
}

TEST(Artefacts, RootImageEndsWithTheSpec) {
    test::Adder adder;
    DiagnosticSink sink;
    const auto made = make(adder, sink);
    ASSERT_TRUE(made) << findings(sink);
    const NodeArtefacts& node = made->nodes[0];
    const Bytes root = node.files[1].data.flatten();
    const auto elf = read_elf(root, Architecture::aarch64, {"root.elf", {}}, sink);
    ASSERT_TRUE(elf);
    const ElfSegment& last = elf->segments.back();
    EXPECT_EQ(last.vaddr, 0x203000u);  // the initialiser ends at 0x202100
    EXPECT_EQ(last.flags, elf_readable);
    const auto data = std::span{root}.subspan(last.offset, last.file_size);
    EXPECT_TRUE(std::ranges::equal(data, node.spec.flatten()));
}

TEST(Artefacts, InputsThatChangeMeanwhileAreNamed) {
    std::string name = (std::filesystem::temp_directory_path() / "mkl-inputs-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    const std::filesystem::path path = std::filesystem::path{name} / "client.elf";
    std::ofstream{path} << std::string(100000, 'x');
    HostFileSystem files;
    std::string error;
    Artefacts artefacts;
    artefacts.inputs.emplace_back(path, files.share(path, max_elf_bytes, error));
    DiagnosticSink sink;
    EXPECT_TRUE(inputs_are_unchanged(artefacts, sink)) << findings(sink);
    std::ofstream{path, std::ios::app} << "y";
    EXPECT_FALSE(inputs_are_unchanged(artefacts, sink));
    ASSERT_EQ(sink.all().size(), 1u);
    EXPECT_EQ(sink.all()[0].id, "E549");
    EXPECT_NE(sink.all()[0].message.find("client.elf"), std::string::npos);
    std::filesystem::remove_all(name);
}

TEST(Artefacts, MissingProgramIsAnErrorOrANote) {
    for (const bool complete : {true, false}) {
        test::Adder adder;
        adder.files.files.erase("/ex/adder.elf");
        DiagnosticSink sink;
        const auto made = make(adder, sink, complete);
        ASSERT_EQ(sink.all().size(), 1u) << findings(sink);
        const Diagnostic& d = sink.all().front();
        EXPECT_EQ(d.id, complete ? "E541" : "N541");
        EXPECT_EQ(d.where.line, 20u);
        EXPECT_EQ(made.has_value(), !complete);
        if (!made) continue;
        EXPECT_TRUE(made->nodes[0].built);
        EXPECT_FALSE(made->nodes[1].built);
        const auto files = partition_files(adder.plan, *made);
        const auto has = [&](std::string_view name) {
            return std::any_of(files.begin(), files.end(),
                               [&](const OutputFile& f) { return f.path == name; });
        };
        EXPECT_TRUE(has("node0/boot-record.bin"));
        EXPECT_FALSE(has("node1/boot-record.bin"));
        EXPECT_TRUE(has("node1/node.dtb"));
    }
}

TEST(Artefacts, AProgramOfMklsOwnThatIsMissingIsOneFindingForAllNodes) {
    for (const bool complete : {true, false}) {
        test::Adder adder;
        adder.files.files.erase("/share/aarch64/initialiser-classic.elf");
        DiagnosticSink sink;
        make(adder, sink, complete);
        ASSERT_EQ(sink.all().size(), 1u) << findings(sink);
        EXPECT_EQ(sink.all().front().id, complete ? "E540" : "N541");
    }
}

TEST(Artefacts, BrokenProgramIsAnErrorEitherWay) {
    for (const bool complete : {true, false}) {
        test::Adder adder;
        Bytes& elf = adder.files.files["/ex/client.elf"];
        elf.resize(elf.size() / 2);
        DiagnosticSink sink;
        EXPECT_FALSE(make(adder, sink, complete));
        EXPECT_TRUE(sink.has("E501")) << findings(sink);
    }
}

TEST(Artefacts, SaysWhatDoesNotFit) {
    test::Adder adder;
    adder.plan.nodes[1].memory = {test::range(0x50000000, 0x5000)};
    DiagnosticSink sink;
    EXPECT_FALSE(make(adder, sink));
    EXPECT_EQ(findings(sink).substr(0, 4), "E529");
    test::Adder foreign;
    foreign.plan.nodes[1].memory = {test::range(0x50000000, 0x4000)};
    foreign.system.components.pop_back();
    foreign.system.connections.clear();
    foreign.system.nodes[1].root = {"adder.elf", {}};
    DiagnosticSink other;
    EXPECT_FALSE(make(foreign, other));
    EXPECT_TRUE(other.has("E545")) << findings(other);
}

TEST(Artefacts, RootTaskStartsBehindTheShim) {
    test::Adder adder;
    adder.system.components.pop_back();
    adder.system.nodes[1].root = {"adder.elf", {}};
    for (ConnectionRequest& c : adder.system.connections)
        for (EndName* end : {&c.from, &c.to})
            if (end->owner == "adder") end->owner = "node1";
    DiagnosticSink sink;
    const auto made = make(adder, sink);
    ASSERT_TRUE(made) << findings(sink);
    const NodeArtefacts& node = made->nodes[1];
    EXPECT_EQ(node.layout.root_virt, 0x400000u - 0x3000u) << "directly below, as many pages";
    EXPECT_EQ(node.layout.root_entry, node.layout.root_virt);
    const Bytes root = node.files[1].data.flatten();
    const auto elf = read_elf(root, Architecture::aarch64, {"root.elf", {}}, sink);
    ASSERT_TRUE(elf);
    uint64_t entry = 0;
    std::memcpy(&entry, root.data() + elf->segments[0].offset + 0x18, sizeof entry);
    EXPECT_EQ(entry, 0x400000u) << "where the shim goes on";
    EXPECT_NE(node.exports_h.find("#define MKL_D_BASE 0x60000000u\n"), std::string::npos);
    EXPECT_NE(node.exports_h.find("#define MKL_IRQ2_SEND_SGI 0u\n"), std::string::npos);
    EXPECT_EQ(made->nodes[0].exports_h, "");

    adder.files.files["/ex/adder.elf"] = test::program(0x4000, 0x20);
    EXPECT_TRUE(make(adder, sink)) << "the page at 0 is left";
    adder.files.files["/ex/adder.elf"] = test::program(0x3000, 0x20);
    DiagnosticSink low;
    EXPECT_FALSE(make(adder, low));
    EXPECT_TRUE(low.has("E546")) << findings(low);
}

TEST(Artefacts, ObjectsThatDoNotFitAreNamed) {
    test::Adder adder;
    adder.plan.nodes[0].memory = {test::range(0x40000000, 0x400000)};
    adder.system.components[0].heap = 0x1ff000;  // 511 frames of 4 KiB
    DiagnosticSink fits;
    EXPECT_TRUE(make(adder, fits)) << findings(fits);
    adder.system.components[0].heap = 0x200000;  // one of 2 MiB: no aligned piece is left
    DiagnosticSink sink;
    EXPECT_FALSE(make(adder, sink));
    EXPECT_EQ(findings(sink).substr(0, 4), "E537");
    EXPECT_NE(findings(sink).find("'client_heap_0x2000000000'"), std::string::npos);
    EXPECT_NE(findings(sink).find("largest piece has 1 MiB"), std::string::npos) << findings(sink);
}

TEST(Artefacts, MoreObjectsThanSlotsAreAnError) {
    test::Adder adder;
    for (int i = 0; i < 8; i++) {
        adder.system.components.push_back(adder.system.components[0]);
        adder.system.components.back().name.value = "more" + std::to_string(i);
        adder.system.components.back().heap = 0x1ff000;
    }
    DiagnosticSink sink;
    EXPECT_FALSE(make(adder, sink));
    EXPECT_EQ(findings(sink).substr(0, 4), "E538") << findings(sink);
    EXPECT_NE(findings(sink).find("has 4096 slots"), std::string::npos) << findings(sink);
}

TEST(Artefacts, KernelMustKeepOneDistance) {
    test::Adder adder;
    std::vector<NewElfSegment> segments(2);
    for (size_t i = 0; i < 2; i++) {
        segments[i].data = ByteRope{test::filled(16, 1)};
        segments[i].vaddr = 0xffffff8040000000 + i * 0x1000;
        segments[i].paddr = i * 0x3000;
        segments[i].memory_size = 16;
        segments[i].flags = elf_readable | elf_executable;
    }
    adder.files.files["/share/aarch64/kernel.elf"] =
        write_elf(Architecture::aarch64, segments[0].vaddr, segments).bytes.flatten();
    DiagnosticSink sink;
    EXPECT_FALSE(make(adder, sink));
    EXPECT_TRUE(sink.has("E543")) << findings(sink);
}

TEST(Artefacts, NodeWithoutComponentsHasARootTask) {
    test::Adder adder;
    adder.system.components.pop_back();
    adder.system.connections.clear();
    DiagnosticSink sink;
    const auto made = make(adder, sink);
    ASSERT_TRUE(made) << findings(sink);
    EXPECT_TRUE(made->nodes[1].built);
    EXPECT_NE(made->nodes[1].spec.size(), 0u);
    EXPECT_EQ(made->nodes[1].spec.size() % 8, 0u);
}

}  // namespace
}  // namespace mkl
