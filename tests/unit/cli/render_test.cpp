// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include "mkl/render/render.hpp"

namespace mkl::render {
namespace {

constexpr FindingDoc docs[] = {
    {"W203", "memory-odd",      Severity::warning, "Odd",                    "Meaning of W203.", "", ""         },
    {"E203", "memory-disjoint", Severity::error,   "Two nodes share memory", "Meaning.",
     "a: 1\n\nb: 2",                                                                                 "Move one."},
    {"E001", "yaml",            Severity::error,   "No YAML",                "Meaning of E001.", "", "Fix it."  },
};

const Catalogue& catalogue() {
    static const Catalogue c{
        {std::begin(docs), std::end(docs)}
    };
    return c;
}

std::shared_ptr<const SourceFile> amp() {
    static const auto file = std::make_shared<const SourceFile>(
        SourceFile{"amp.yaml", "a: 0x1000\n\tb: 0x2000\r\nn\xc3\xa9: x\n"});
    return file;
}

Diagnostic overlap() {
    return {
        .id = "E203",
        .where = {.file = amp(), .line = 2, .column = 5, .length = 6},
        .message = "node 'net' overlaps node 'fs' by 0x200000",
        .notes = {{{.file = amp(), .line = 1, .column = 4, .length = 6}, "claimed here first"} },
        .hint = "move one base"
    };
}

TEST(RenderText, ShowsPlaceCaretNoteAndHint) {
    EXPECT_EQ(text(overlap(), catalogue()),
              "amp.yaml:2:5: error: node 'net' overlaps node 'fs' by 0x200000 "
              "[E203 memory-disjoint]\n"
              "    2 | \tb: 0x2000\n"
              "      | \t   ^~~~~~\n"
              "amp.yaml:1:4: note: claimed here first\n"
              "    1 | a: 0x1000\n"
              "      |    ^~~~~~\n"
              "hint: move one base\n");
}

TEST(RenderText, PutsTheCaretByCharactersNotBytes) {
    const Diagnostic d{
        .id = "E001",
        .where = {.file = amp(), .line = 3, .column = 6, .length = 1},
        .message = "m"
    };
    EXPECT_EQ(text(d, catalogue()), "amp.yaml:3:6: error: m [E001 yaml]\n"
                                    "    3 | n\xc3\xa9: x\n"
                                    "      |     ^\n");
}

TEST(RenderText, NamesDeviceTreePlacesAndWholeFilesAndNothing) {
    auto dtb = std::make_shared<SourceFile>(SourceFile{"board.dtb", ""});
    EXPECT_EQ(text(
                  Diagnostic{
                      .id = "W203", .where = {.file = dtb, .node = "/soc/uart@0"},
                           .message = "m"
    },
                  catalogue()),
              "board.dtb: /soc/uart@0: warning: m [W203 memory-odd]\n");
    EXPECT_EQ(text(Diagnostic{.id = "E001", .where = {.file = dtb}, .message = "m"}, catalogue()),
              "board.dtb: error: m [E001 yaml]\n");
    EXPECT_EQ(text(Diagnostic{.id = "E999", .where = {}, .message = "m"}, catalogue()),
              "mkl: error: m [E999]\n");
}

TEST(RenderText, NeverSendsControlCharacters) {
    auto file = std::make_shared<SourceFile>(SourceFile{"x\x1b.yaml", "a: \x1b[31m\n"});
    const Diagnostic d{
        .id = "E001",
        .where = {.file = file, .line = 1, .column = 4, .length = 1},
        .message = "key '\x1b[2J'"
    };
    const std::string out = text(d, catalogue());
    EXPECT_EQ(out.find('\x1b'), std::string::npos) << out;
    EXPECT_NE(text(d, catalogue(), true).find("\x1b[1;31m"), std::string::npos);
}

TEST(RenderText, CutsLongLinesAroundTheCaret) {
    auto file = std::make_shared<SourceFile>(
        SourceFile{"x.yaml", std::string(1000, 'a') + "B" + std::string(1000, 'c')});
    const Diagnostic d{
        .id = "E001",
        .where = {.file = file, .line = 1, .column = 1001, .length = 1},
        .message = "m"
    };
    const std::string out = text(d, catalogue());
    const size_t source = out.find(" | ") + 3;
    const size_t caret_line = out.find(" | ", source) + 3;
    const size_t caret = out.find('^', caret_line) - caret_line;
    EXPECT_EQ(out[source + caret], 'B') << out;
    EXPECT_LT(out.size(), 600u);
}

TEST(RenderText, SurvivesPositionsOutsideTheText) {
    for (const uint32_t line : {0u, 3u, 4u, 99u})
        for (const uint32_t column : {0u, 1u, 99u}) {
            const Diagnostic d{
                .id = "E001",
                .where = {.file = amp(), .line = line, .column = column, .length = 500},
                .message = "m"
            };
            EXPECT_FALSE(text(d, catalogue()).empty());
        }
}

TEST(RenderText, CountsWhatComesAfterAHundred) {
    std::vector<Diagnostic> findings(103, {.id = "E001", .where = {}, .message = "m"});
    findings.push_back({.id = "W203", .where = {}, .message = "odd"});
    const std::string line = text(findings[0], catalogue());
    std::string expected;
    for (int i = 0; i < 100; i++) expected += line;
    expected += text(findings.back(), catalogue());
    EXPECT_EQ(text(findings, catalogue()),
              expected + "mkl: 3 more of severity error; `--format json` has them all\n");
    findings.erase(findings.begin(), findings.begin() + 3);
    EXPECT_EQ(text(findings, catalogue()), expected);
}

TEST(RenderJson, HasEverythingAndIsStableWhenEmpty) {
    EXPECT_EQ(json({}, catalogue()),
              "{\"version\":1,\"errors\":0,\"warnings\":0,\"notes\":0,\"findings\":[]}\n");
    const std::vector<Diagnostic> findings{overlap()};
    EXPECT_EQ(json(findings, catalogue()),
              "{\"version\":1,\"errors\":1,\"warnings\":0,\"notes\":0,\"findings\":[\n"
              "  {\"id\":\"E203\",\"slug\":\"memory-disjoint\",\"severity\":\"error\","
              "\"message\":\"node 'net' overlaps node 'fs' by 0x200000\","
              "\"where\":{\"file\":\"amp.yaml\",\"line\":2,\"column\":5,\"length\":6},"
              "\"notes\":[{\"where\":{\"file\":\"amp.yaml\",\"line\":1,\"column\":4,\"length\":6},"
              "\"text\":\"claimed here first\"}],\"hint\":\"move one base\"}\n]}\n");
}

TEST(RenderSarif, PointsAtRuleAndRegion) {
    const std::vector<Diagnostic> findings{overlap()};
    const std::string out = sarif(findings, catalogue(), "1.2.3");
    EXPECT_NE(out.find("\"version\":\"2.1.0\""), std::string::npos);
    EXPECT_NE(out.find("\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\""),
              std::string::npos);
    // Rules in order of number, then letter: E001, E203, W203.
    EXPECT_NE(out.find("{\"ruleId\":\"E203\",\"ruleIndex\":1,\"level\":\"error\""),
              std::string::npos)
        << out;
    EXPECT_NE(out.find("\"region\":{\"startLine\":2,\"startColumn\":5,\"endColumn\":11}"),
              std::string::npos)
        << out;
    EXPECT_NE(out.find("\"relatedLocations\":[{\"physicalLocation\""), std::string::npos);
    EXPECT_NE(out.find("by 0x200000\\nhint: move one base"), std::string::npos);
}

TEST(RenderSarif, CountsColumnsInCodePointsAndEncodesUris) {
    auto file = std::make_shared<SourceFile>(SourceFile{"a b/\xc3\xa9.yaml", "\xc3\xa9: xy\n"});
    const std::vector<Diagnostic> findings{
        {.id = "E001",
         .where = {.file = file, .line = 1, .column = 5, .length = 2},
         .message = "m"},
        {.id = "E001",
         .where = {.file = std::make_shared<SourceFile>(SourceFile{"--set", "k=v"}),
                   .line = 1,
                   .column = 1,
                   .length = 1},
         .message = "m"}
    };
    const std::string out = sarif(findings, catalogue(), "0");
    EXPECT_NE(out.find("\"uri\":\"a%20b/%C3%A9.yaml\""), std::string::npos) << out;
    EXPECT_NE(out.find("\"startColumn\":4,\"endColumn\":6"), std::string::npos) << out;
    EXPECT_NE(out.find("\"logicalLocations\":[{\"fullyQualifiedName\":\"--set\""),
              std::string::npos);
}

TEST(RenderPage, IsTheSameTextEverywhere) {
    EXPECT_EQ(page(docs[1]),
              "E203 memory-disjoint (error)\n\nTwo nodes share memory\n\nMeaning.\n\n"
              "Example:\n\n    a: 1\n\n    b: 2\n\nWhat to do: Move one.\n");
    const std::string all = reference(catalogue());
    EXPECT_LT(all.find("### E001 yaml"), all.find("## Rules"));
    EXPECT_LT(all.find("## Rules"), all.find("### E203 memory-disjoint"));
    EXPECT_LT(all.find("### E203 memory-disjoint"), all.find("### W203 memory-odd"));
    EXPECT_EQ(all.find("## Rules"), all.rfind("## Rules"));
}

TEST(Catalogue, FindsById) {
    EXPECT_EQ(catalogue().find("E203")->slug, "memory-disjoint");
    EXPECT_EQ(catalogue().find("E204"), nullptr);
}

}  // namespace
}  // namespace mkl::render
