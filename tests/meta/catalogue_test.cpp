// SPDX-License-Identifier: BSD-2-Clause
// Findings are a product: documented once, in one form, and every id in the sources has a page.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>

#include "mkl/render/catalogue.hpp"

namespace {

namespace fs = std::filesystem;
using testing::IsEmpty;

const fs::path root{MKL_SOURCE_DIR};

std::string read(const fs::path& path) {
    std::ifstream in{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

TEST(Findings, HaveUniqueIdsAndSlugs) {
    const auto catalogue = mkl::render::joined_catalogue();
    std::set<std::string_view> ids, slugs;
    for (const mkl::FindingDoc& d : catalogue.all()) {
        EXPECT_TRUE(ids.insert(d.id).second) << d.id;
        EXPECT_TRUE(slugs.insert(d.slug).second) << d.id << ' ' << d.slug;
        EXPECT_TRUE(std::regex_match(std::string{d.id}, std::regex{"[EWN][0-9]{3}"})) << d.id;
        EXPECT_EQ(d.severity, mkl::severity_of(d.id)) << d.id;
        EXPECT_FALSE(d.title.empty()) << d.id;
        EXPECT_FALSE(d.meaning.empty() && d.fix.empty()) << d.id;
        EXPECT_FALSE(d.title.ends_with('.')) << d.id << ": a title is no sentence";
    }
}

// Every "E123" in a source of a host library is documented.
TEST(Findings, ThatSourcesReportAreDocumented) {
    const auto catalogue = mkl::render::joined_catalogue();
    std::set<std::string> missing;
    const std::regex id{R"re("([EWN][0-9]{3})")re"};
    for (const char* directory : {"partitioner/src", "image-builder/src", "cli/src"})
        for (const auto& entry : fs::recursive_directory_iterator{root / directory}) {
            if (entry.path().extension() != ".cpp") continue;
            const std::string text = read(entry.path());
            for (std::sregex_iterator it{text.begin(), text.end(), id};
                 it != std::sregex_iterator{}; ++it)
                if (!catalogue.find((*it)[1].str()))
                    missing.insert((*it)[1].str() + " in " + entry.path().filename().string());
        }
    EXPECT_THAT(missing, IsEmpty());
}

// Every documented id is reported somewhere: a page nobody can meet is a page nobody maintains.
TEST(Findings, ThatAreDocumentedAreReported) {
    const auto catalogue = mkl::render::joined_catalogue();
    std::string sources;
    for (const char* directory : {"partitioner/src", "image-builder/src", "cli/src"})
        for (const auto& entry : fs::recursive_directory_iterator{root / directory})
            if (entry.path().extension() == ".cpp" &&
                entry.path().filename().string().find("findings") == std::string::npos &&
                entry.path().filename() != "catalogue.cpp")
                sources += read(entry.path());
    std::set<std::string_view> unused;
    for (const mkl::FindingDoc& d : catalogue.all())
        if (sources.find('"' + std::string{d.id} + '"') == std::string::npos) unused.insert(d.id);
    EXPECT_THAT(unused, IsEmpty());
}

TEST(Findings, ReferenceIsCurrent) {
    const fs::path path = root / "docs/diagnostics.md";
    const std::string wanted = mkl::render::reference(mkl::render::joined_catalogue());
    if (std::getenv("MKL_UPDATE_GOLDEN")) std::ofstream{path, std::ios::binary} << wanted;
    EXPECT_TRUE(read(path) == wanted)
        << "accept with: MKL_UPDATE_GOLDEN=1 ctest -R meta.Findings.ReferenceIsCurrent";
}

}  // namespace
