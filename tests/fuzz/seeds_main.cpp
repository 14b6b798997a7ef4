// SPDX-License-Identifier: BSD-2-Clause
// With libFuzzer: MKL_FUZZ_SEEDS=DIR writes the seeds of this target to DIR and ends, so that they
// need no copies in the tree.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "fuzz.hpp"

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    const char* directory = std::getenv("MKL_FUZZ_SEEDS");
    if (!directory) return 0;
    size_t number = 0;
    for (const mkl::Bytes& seed : mkl::fuzz::seeds()) {
        const auto path = std::filesystem::path{directory} / ("seed-" + std::to_string(number++));
        std::ofstream{path, std::ios::binary} << mkl::as_text(seed);
    }
    std::exit(0);
}
