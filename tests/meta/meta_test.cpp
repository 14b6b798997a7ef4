// SPDX-License-Identifier: BSD-2-Clause
// The repository's own rules, read from its text.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

namespace {

namespace fs = std::filesystem;
using testing::IsEmpty;

const fs::path root{MKL_SOURCE_DIR};

std::string read(const fs::path& path) {
    std::ifstream in{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

// Files of the repository with one of these endings, build directories left out, sorted.
std::vector<fs::path> files(const std::vector<std::string>& endings) {
    std::vector<fs::path> out;
    for (auto it = fs::recursive_directory_iterator{root}; it != fs::end(it); ++it) {
        const std::string name = it->path().filename().string();
        if (it->is_directory() && (name == "build" || name == "install" || name == ".git" ||
                                   name == "corpus" || name == ".cache"))
            it.disable_recursion_pending();
        if (!it->is_regular_file()) continue;
        if (std::any_of(endings.begin(), endings.end(),
                        [&](const std::string& e) { return name.ends_with(e); }))
            out.push_back(it->path());
    }
    std::sort(out.begin(), out.end());
    return out;
}

std::string in_repository(const fs::path& path) { return path.lexically_relative(root).string(); }

TEST(Repository, EverySourceNamesItsLicence) {
    std::vector<std::string> bad;
    for (const fs::path& f :
         files({".cpp", ".hpp", ".h", ".c", ".S", ".cmake", "CMakeLists.txt", ".ld", ".sh"})) {
        std::ifstream in{f};
        std::string first, second;
        std::getline(in, first);
        std::getline(in, second);
        const std::string& line = first.starts_with("#!") ? second : first;
        if (line.find("SPDX-License-Identifier: BSD-2-Clause") == std::string::npos)
            bad.push_back(in_repository(f));
    }
    EXPECT_THAT(bad, IsEmpty());
}

TEST(Repository, NoLineWaitsForSomebody) {
    // The words are split so that this file does not hold them.
    const std::array<std::string, 4> words{"TO"
                                           "DO",
                                           "FIX"
                                           "ME",
                                           "XX"
                                           "X",
                                           "HA"
                                           "CK"};
    std::vector<std::string> bad;
    for (const fs::path& f :
         files({".cpp", ".hpp", ".h", ".c", ".S", ".cmake", "CMakeLists.txt"})) {
        const std::string text = read(f);
        for (const std::string& w : words)
            for (size_t at = text.find(w); at != std::string::npos; at = text.find(w, at + 1)) {
                const auto is_letter = [&](size_t i) {
                    return i < text.size() &&
                           (std::isalnum(static_cast<unsigned char>(text[i])) || text[i] == '_');
                };
                if (!is_letter(at - 1) && !is_letter(at + w.size()))
                    bad.push_back(in_repository(f) + ": " + w);
            }
    }
    EXPECT_THAT(bad, IsEmpty());
}

TEST(Repository, LinksInDocsResolve) {
    std::vector<std::string> bad;
    const std::regex link{R"(\]\(([^)#\s]+)(#[^)]*)?\))"};
    for (const fs::path& f : files({".md"})) {
        const std::string text = read(f);
        for (std::sregex_iterator it{text.begin(), text.end(), link}; it != std::sregex_iterator{};
             ++it) {
            const std::string target = (*it)[1];
            if (target.find("://") != std::string::npos || target.starts_with("mailto:")) continue;
            if (!fs::exists(f.parent_path() / target))
                bad.push_back(in_repository(f) + ": " + target);
        }
    }
    EXPECT_THAT(bad, IsEmpty());
}

// docs/x.md named in a comment or text must exist.
TEST(Repository, DocsThatSourcesNameExist) {
    std::set<std::string> bad;
    for (const fs::path& f : files({".cpp", ".hpp", ".h", ".S", ".md"})) {
        const std::string text = read(f);
        for (size_t at = text.find("docs/"); at != std::string::npos;
             at = text.find("docs/", at + 1)) {
            size_t end = at;
            while (end < text.size() && (std::isalnum(static_cast<unsigned char>(text[end])) ||
                                         std::strchr("/_-.", text[end])))
                end++;
            std::string name = text.substr(at, end - at);
            while (name.ends_with('.')) name.pop_back();
            if (name.ends_with(".md") && name != "docs/x.md" && !fs::exists(root / name))
                bad.insert(in_repository(f) + ": " + name);
        }
    }
    EXPECT_THAT(bad, IsEmpty());
}

// ---- who may include whom ----

using Layers = std::map<std::string, std::set<std::string>>;

Layers read_layers() {
    Layers out;
    std::istringstream in{read(root / "tests/meta/layers.txt")};
    for (std::string line; std::getline(in, line);) {
        if (line.empty() || line.starts_with('#')) continue;
        const size_t colon = line.find(':');
        std::istringstream names{line.substr(colon + 1)};
        std::set<std::string>& allowed = out[line.substr(0, colon)];
        for (std::string n; names >> n;) allowed.insert(n);
    }
    return out;
}

// "partitioner/src/rules/table.cpp" and "partitioner/include/mkl/rules/rules.hpp" are of room
// rules.
std::string room_of(const fs::path& path) {
    const std::string p = in_repository(path);
    std::smatch m;
    static const std::regex in_library{
        R"((partitioner|image-builder)/(src|include/mkl)/([^/]+)/.*)"};
    static const std::regex in_include{R"(.*/include/mkl/([^/]+)/.*)"};
    if (std::regex_match(p, m, in_library)) return m[3];
    if (std::regex_match(p, m, in_include)) return m[1];
    if (p.starts_with("kernel/rt/")) return "rt";
    if (p.starts_with("elfloader/")) return "elfloader";
    if (p.starts_with("kernel/")) return "kernel";
    if (p.starts_with("userland/") || p.starts_with("examples/")) return "userland";
    if (p.starts_with("cli/")) return "cli";
    return "";  // tests and benchmarks may include all
}

TEST(Repository, RoomsIncludeOnlyWhatTheLayersAllow) {
    const Layers layers = read_layers();
    std::set<std::string> bad;
    for (const fs::path& f : files({".cpp", ".hpp", ".h", ".c", ".S"})) {
        const std::string room = room_of(f);
        if (room.empty() || in_repository(f).starts_with("tests/")) continue;
        const auto allowed = layers.find(room);
        std::istringstream in{read(f)};
        for (std::string line; std::getline(in, line);) {
            const size_t name = line.find("mkl/");
            if (!line.starts_with("#include") || name == std::string::npos) continue;
            // A header directly below mkl/ is the interface of components: room user.
            const size_t slash = line.find('/', name + 4);
            const std::string used =
                slash == std::string::npos ? "user" : line.substr(name + 4, slash - name - 4);
            if (used == room) continue;
            if (allowed == layers.end() || !allowed->second.contains(used))
                bad.insert(room + " includes " + used + " (" + in_repository(f) + ")");
        }
    }
    EXPECT_THAT(bad, IsEmpty()) << "tests/meta/layers.txt says who may include whom";
}

// A proof by the code that made the thing proves nothing: verify reads with its own readers, and
// links neither the partitioner nor the writers.
TEST(Repository, VerifySharesNothingWithWhatItProves) {
    EXPECT_EQ(read_layers().at("verify"), (std::set<std::string>{"abi", "support"}));
    const std::string cmake = read(root / "image-builder/src/verify/CMakeLists.txt");
    const std::regex library{R"(mkl::([a-z_]+))"};
    std::set<std::string> linked;
    for (std::sregex_iterator it{cmake.begin(), cmake.end(), library}; it != std::sregex_iterator{};
         ++it)
        linked.insert((*it)[1]);
    EXPECT_EQ(linked, (std::set<std::string>{"abi", "support", "verify"}));
}

}  // namespace
