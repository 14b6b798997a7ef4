// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include "board.hpp"
#include "mkl/emit/emit.hpp"
#include "mkl/hardware/tree_view.hpp"
#include "mkl/support/process.hpp"

namespace mkl {
namespace {

std::optional<DeviceTree> read(std::string_view text, DiagnosticSink& sink) {
    return parse_dts(text, {}, sink);
}
std::string error_of(std::string_view text) {
    DiagnosticSink sink;
    EXPECT_FALSE(read(text, sink)) << text;
    if (sink.all().empty()) return "";
    const Diagnostic& d = sink.all().front();
    return std::to_string(d.where.line) + ":" + std::to_string(d.where.column) + " " + d.message;
}

/// What dtc makes of the same text.
Bytes compiled(std::string_view text) {
    ProcessRequest request;
    request.argv = {"dtc", "-q", "-I", "dts", "-O", "dtb", "-"};
    request.input = text;
    const ProcessResult result = run_process(request);
    EXPECT_TRUE(result.ok()) << result.err;
    const auto bytes = as_bytes(result.out);
    return Bytes(bytes.begin(), bytes.end());
}

void expect_as_dtc(std::string_view text) {
    DiagnosticSink sink;
    auto ours = read(text, sink);
    ASSERT_TRUE(ours) << test::text_of(sink);
    auto theirs = parse_dtb(compiled(text), {}, sink);
    ASSERT_TRUE(theirs) << test::text_of(sink);
    ours->boot_cpuid_phys = theirs->boot_cpuid_phys;
    EXPECT_EQ(to_dts(*ours), to_dts(*theirs));
}

TEST(DtsReader, ValuesAsDtcReadsThem) {
    expect_as_dtc("/dts-v1/;\n/memreserve/ 0x1000 0x2000;\n/ {\n"
                  "a; b = \"x\\n\\x41\\101\", \"y\"; c = <1 0x20 010 'A' (1 + 2 * 3)>;\n"
                  "d = [01 2f ab]; e = /bits/ 64 <0x123456789abcdef0>, /bits/ 8 <1 2>;\n"
                  "f = <(1 << 4 | 3) (5 > 3 ? 7 : 9) (~0 & 0xff) (-1)>; /* c */ // d\n"
                  "g = \"mixed\", <1>, [ff]; #cells = <2>;\n};\n");
}

TEST(DtsReader, LabelsPathsAndPhandles) {
    DiagnosticSink sink;
    const auto tree = read("/dts-v1/;\n/ { one: a { p = <&two 5>; q = &two, &{/a}; };\n"
                           "two: b@1 { phandle = <1>; }; c { r = <&one>; }; };\n"
                           "&two { s = <&{/c}>; };\n",
                           sink);
    ASSERT_TRUE(tree) << test::text_of(sink);
    EXPECT_EQ(tree->find("/a")->cell("p"), 1u);
    EXPECT_EQ(tree->find("/a")->cell("p", 1), 5u);
    EXPECT_EQ(tree->find("/a")->texts("q"), (std::vector<std::string>{"/b@1", "/a"}));
    EXPECT_EQ(tree->find("/c")->cell("r"), tree->find("/a")->cell("phandle"));
    EXPECT_EQ(tree->find("/b@1")->cell("s"), tree->find("/c")->cell("phandle"));
    EXPECT_NE(tree->find("/c")->cell("phandle"), tree->find("/a")->cell("phandle"));
}

TEST(DtsReader, LaterTextReplacesAndDeletes) {
    DiagnosticSink sink;
    const auto tree = read("/dts-v1/;\n/ { l: a { x = <1>; y; k {}; }; m@1 { old; }; };\n"
                           "/ { /delete-node/ m@1; /delete-node/ absent; };\n"
                           "/ { m@1 { new; }; a { x = <2>; /delete-property/ y; z; }; };\n"
                           "/delete-node/ &{/a/k};\n&l { w; };\n",
                           sink);
    ASSERT_TRUE(tree) << test::text_of(sink);
    EXPECT_EQ(tree->find("/m@1")->property("old"), nullptr);
    EXPECT_NE(tree->find("/m@1")->property("new"), nullptr);
    EXPECT_EQ(tree->find("/a")->cell("x"), 2u);
    EXPECT_EQ(tree->find("/a")->property("y"), nullptr);
    EXPECT_NE(tree->find("/a")->property("w"), nullptr);
    EXPECT_EQ(tree->find("/a/k"), nullptr);
}

TEST(DtsReader, ErrorsHaveTheirPlace) {
    EXPECT_EQ(error_of("/dts-v1/;\n/ {\n  a = <1 x>;\n};\n").substr(0, 4), "3:10");
    EXPECT_NE(error_of("/ { a = <&nowhere>; };").find("no node nowhere"), std::string::npos);
    EXPECT_NE(error_of("&nowhere { };").find("no node nowhere"), std::string::npos);
    EXPECT_NE(error_of("/ { a = \"open; };").find("not closed"), std::string::npos);
    EXPECT_NE(error_of("/ { a { ").find("ends inside"), std::string::npos);
    EXPECT_NE(error_of("#include <x.h>\n/ { };").find("included"), std::string::npos);
    EXPECT_NE(error_of("/ { a = <(1 / 0)>; };").find("expected a number"), std::string::npos);
    EXPECT_NE(error_of("/dts-v1/;\n/plugin/;\n/ { };").find("/plugin/"), std::string::npos);
    std::string deep = "/ ";
    for (int i = 0; i < 100; i++) deep += "{ a ";
    EXPECT_NE(error_of(deep).find("deeper"), std::string::npos);
    std::string parentheses = "/ { a = <" + std::string(10000, '(') + "1";
    EXPECT_FALSE(error_of(parentheses).empty());
}

/// Every cut of a source ends in a tree or in one finding.
TEST(DtsReader, TruncationsAreSurvived) {
    const std::string text = "/dts-v1/;\n/ { l: a { x = <1 &l (2+3)>, \"s\\x41\", [01 02], &l; "
                             "/delete-node/ b; }; /* c */ };\n&l { y; };\n/delete-node/ &l;\n";
    for (size_t n = 0; n < text.size(); n++) {
        DiagnosticSink sink;
        const auto tree = read(std::string_view{text}.substr(0, n), sink);
        EXPECT_EQ(tree.has_value(), !sink.has_errors()) << n;
        EXPECT_LE(sink.all().size(), 1u) << n;
    }
}

TEST(DtsReader, BoardsAsDtcReadsThem) {
    for (const char* name : {"gicv2.dts", "gicv3.dts", "riscv.dts", "nasty.dts"}) {
        HostFileSystem files;
        std::string error;
        const auto text =
            files.read(std::filesystem::path{MKL_TEST_BOARDS} / name, max_dtb_bytes, error);
        ASSERT_TRUE(text) << error;
        expect_as_dtc(as_text(*text));
    }
}

}  // namespace
}  // namespace mkl
