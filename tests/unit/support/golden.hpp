// SPDX-License-Identifier: BSD-2-Clause
// Text compared with a file in the tree. MKL_UPDATE_GOLDEN=1 rewrites the file; CI refuses to run
// with that set, so a changed expectation is always a reviewed line in a commit.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace mkl::test {

inline std::string read_text(const std::filesystem::path& path) {
    std::ifstream file{path, std::ios::binary};
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

inline void expect_golden(const std::string& actual, const std::filesystem::path& golden) {
    if (std::getenv("MKL_UPDATE_GOLDEN") != nullptr) {
        std::ofstream{golden, std::ios::binary} << actual;
        return;
    }
    EXPECT_EQ(read_text(golden), actual) << "accept with: MKL_UPDATE_GOLDEN=1 ctest -R <this test>";
}

/// Files in `directory` with `extension`, sorted.
inline std::vector<std::filesystem::path> files_in(const std::filesystem::path& directory,
                                                   const std::string& extension) {
    std::vector<std::filesystem::path> out;
    for (const auto& entry : std::filesystem::directory_iterator{directory})
        if (entry.path().extension() == extension) out.push_back(entry.path());
    std::sort(out.begin(), out.end());
    return out;
}

}  // namespace mkl::test
