// SPDX-License-Identifier: BSD-2-Clause
// Comparison with a file under tests/golden. MKL_UPDATE_GOLDEN=1 rewrites it: a changed golden is
// always a reviewed line in a commit.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

namespace mkl::test {

inline void expect_golden(const std::string& actual, const std::string& name) {
    const std::string path = std::string{MKL_GOLDEN_DIR} + "/" + name;
    if (std::getenv("MKL_UPDATE_GOLDEN") != nullptr) {
        std::ofstream{path, std::ios::binary} << actual;
        return;
    }
    std::ifstream in{path, std::ios::binary};
    const std::string expected{std::istreambuf_iterator<char>{in}, {}};
    EXPECT_EQ(expected, actual) << "accept with: MKL_UPDATE_GOLDEN=1 ctest -R <this test>";
}

}  // namespace mkl::test
