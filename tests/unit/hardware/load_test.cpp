// SPDX-License-Identifier: BSD-2-Clause
#include "board.hpp"
#include "mkl/emit/emit.hpp"
#include "mkl/hardware/findings.hpp"

namespace mkl {
namespace {

TEST(Load, MissingFileNamesThePathAndThePlace) {
    MemoryFileSystem files;
    System system;
    system.path = "dir/system.yaml";
    SourceSpan where;
    where.file = std::make_shared<const SourceFile>(SourceFile{"dir/system.yaml", ""});
    where.line = 3;
    system.board.dtb = Located<std::string>{"board.dtb", where};
    DiagnosticSink sink;
    EXPECT_FALSE(load_hardware(files, system, sink));
    ASSERT_EQ(sink.all().size(), 1u);
    EXPECT_EQ(sink.all()[0].id, "E401");
    EXPECT_EQ(sink.all()[0].where.line, 3u);
}

/// A system whose board file, named in line 3, has this content.
std::optional<Hardware> load_named(std::optional<Located<std::string>> Board::*key,
                                   std::string_view content, DiagnosticSink& sink) {
    MemoryFileSystem files;
    const auto bytes = as_bytes(content);
    files.files["dir/tree"] = Bytes(bytes.begin(), bytes.end());
    System system;
    system.path = "dir/system.yaml";
    SourceSpan where;
    where.file = std::make_shared<const SourceFile>(SourceFile{"dir/system.yaml", ""});
    where.line = 3;
    system.board.*key = Located<std::string>{"tree", where};
    return load_hardware(files, system, sink);
}

TEST(Load, WhatIsWrongWithAFileSaysWhereItIsNamed) {
    const Bytes whole = to_dtb(test::load_board("gicv2.dts").tree);
    struct Case {
        std::optional<Located<std::string>> Board::*key;
        std::string_view content, id;
    };
    for (const Case& c : {
             Case{&Board::dtb, "",                                                             "E402"},
             Case{&Board::dtb, "/dts-v1/; / { a = \"a text of more bytes than a header\"; };",
                  "E402"                                                                             },
             Case{&Board::dtb, as_text(whole).substr(0,                                        200),   "E402"},
             Case{&Board::dts,           "/dts-v1/;\n/ {};\n",                                                               "E410"                                      },
             Case{&Board::dts,           "/dts-v1/;\n/ {\n",                                                               "E407"  }
    }) {
        DiagnosticSink sink;
        EXPECT_FALSE(load_named(c.key, c.content, sink));
        ASSERT_EQ(sink.all().size(), 1u) << test::text_of(sink);
        const Diagnostic& d = sink.all()[0];
        EXPECT_EQ(d.id, c.id);
        EXPECT_EQ(d.where.file->path, "tree");
        ASSERT_EQ(d.notes.size(), 1u) << c.content;
        EXPECT_EQ(d.notes[0].where.line, 3u);
        EXPECT_EQ(d.notes[0].text, "the file is named here");
        EXPECT_FALSE(d.hint.empty()) << c.content;
    }
}

TEST(Load, ABlobUnderDtsIsNamedAsSuch) {
    const Bytes blob = to_dtb(test::load_board("gicv2.dts").tree);
    DiagnosticSink sink;
    EXPECT_FALSE(load_named(&Board::dts, as_text(blob), sink));
    ASSERT_EQ(sink.all().size(), 1u) << test::text_of(sink);
    EXPECT_EQ(sink.all()[0].id, "E407");
    EXPECT_EQ(sink.all()[0].where.line, 3u);
    EXPECT_EQ(sink.all()[0].hint, "write `dtb: tree`");
}

TEST(Load, ThePreprocessorIsNamedWhereItsLinesStand) {
    for (const auto& [source, named] : {
             std::pair{"#include <a.h>\n/dts-v1/;\n/ {};\n",    true },
             {"/dts-v1/;\n/ {\n\ta = <1>\n\tb;\n};\n", false}
    }) {
        DiagnosticSink sink;
        EXPECT_FALSE(load_named(&Board::dts, source, sink));
        ASSERT_EQ(sink.all().size(), 1u) << test::text_of(sink);
        EXPECT_EQ(sink.all()[0].hint.find("preprocessor") != std::string::npos, named) << source;
        EXPECT_FALSE(sink.all()[0].hint.empty());
    }
}

TEST(Load, DtcErrorsBecomeFindingsWithLineAndColumn) {
    MemoryFileSystem files;
    const std::string source = "/dts-v1/;\n/ {\n\ta = <1>\n\tb;\n};\n";
    const auto bytes = as_bytes(source);
    files.files["bad.dts"] = Bytes(bytes.begin(), bytes.end());
    System system;
    system.path = "system.yaml";
    system.board.dts = Located<std::string>{"bad.dts", {}};
    DiagnosticSink sink;
    EXPECT_FALSE(load_hardware(files, system, sink));
    ASSERT_EQ(sink.all().size(), 1u) << test::text_of(sink);
    const Diagnostic& d = sink.all()[0];
    EXPECT_EQ(d.id, "E407");
    ASSERT_TRUE(d.where.known());
    EXPECT_EQ(d.where.file->path, "bad.dts");
    EXPECT_EQ(d.where.line, 4u);
    EXPECT_EQ(d.where.column, 2u);
    EXPECT_EQ(d.message, "dtc: syntax error");
}

TEST(Load, SemanticDtcErrorsHaveTheirPlaceToo) {
    DiagnosticSink sink;
    SourceSpan where;
    where.file = std::make_shared<const SourceFile>(SourceFile{"b.dts", ""});
    EXPECT_FALSE(
        compile_dts("/dts-v1/;\n/ {\n\ta {\n\t\tp = <&nothing>;\n\t};\n};\n", "", where, sink));
    ASSERT_EQ(sink.all().size(), 1u) << test::text_of(sink);
    EXPECT_EQ(sink.all()[0].where.line, 3u);
    EXPECT_NE(sink.all()[0].message.find("nothing"), std::string::npos);
}

TEST(Load, BlobAndSourceGiveTheSameFacts) {
    const Hardware from_source = test::load_board("gicv2.dts");
    MemoryFileSystem files;
    files.files["board.dtb"] = to_dtb(from_source.tree);
    System system;
    system.path = "system.yaml";
    system.board.dtb = Located<std::string>{"board.dtb", {}};
    DiagnosticSink sink;
    const auto from_blob = load_hardware(files, system, sink);
    ASSERT_TRUE(from_blob) << test::text_of(sink);
    EXPECT_EQ(to_dtb(from_blob->tree), to_dtb(from_source.tree));
    EXPECT_EQ(from_blob->devices.size(), from_source.devices.size());
}

TEST(Load, QemuArguments) {
    QemuMachine machine;
    machine.machine.value = "virt";
    machine.gic_version = 3;
    machine.virtualization = true;
    EXPECT_EQ(qemu_machine_argument(machine), "virt,gic-version=3,virtualization=on");
    EXPECT_EQ(qemu_cpu_argument(machine), "cortex-a53");
    EXPECT_EQ(qemu_architecture(machine), Architecture::aarch64);
    machine.cpu.value = "rv64";
    EXPECT_EQ(qemu_architecture(machine), Architecture::riscv64);
}

TEST(Load, QemuMachineThatNeverDumpsIsRefusedAtOnce) {
    QemuMachine machine;
    machine.machine.value = "xlnx-zcu102";
    DiagnosticSink sink;
    EXPECT_FALSE(qemu_dtb(machine, sink));
    EXPECT_TRUE(sink.has("E405"));
}

TEST(Load, EveryFindingHasItsDocument) {
    for (const FindingDoc& doc : hardware_findings()) {
        EXPECT_EQ(doc.severity, severity_of(doc.id)) << doc.id;
        EXPECT_FALSE(doc.meaning.empty()) << doc.id;
        EXPECT_FALSE(doc.fix.empty()) << doc.id;
    }
}

}  // namespace
}  // namespace mkl
