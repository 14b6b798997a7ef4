// SPDX-License-Identifier: BSD-2-Clause
// The archive walk of verify.
#include "fuzz.hpp"
#include "reader.hpp"

std::vector<mkl::Bytes> mkl::fuzz::seeds() { return {}; }

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    std::string why;
    const auto files = mkl::verify::walk_archive(mkl::fuzz::bytes(data, size), why);
    for (const auto& f : files)
        if (f.offset > size || f.size > size - f.offset) __builtin_trap();
    return 0;
}
