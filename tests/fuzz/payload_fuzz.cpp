// SPDX-License-Identifier: BSD-2-Clause
// mkl.payload alone.
#include "fuzz.hpp"
#include "reader.hpp"
#include "tiny_image.hpp"

std::vector<mkl::Bytes> mkl::fuzz::seeds() {
    const Bytes image = tiny::image();
    std::string why;
    const auto params = verify::read_params(std::span<const std::byte>{image}, why);
    if (!params) return {};
    const auto begin =
        image.begin() + static_cast<ptrdiff_t>(params->payload_offset + params->table_offset);
    return {
        {begin, begin + static_cast<ptrdiff_t>(params->table_size)}
    };
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    std::string why;
    const auto bytes = mkl::fuzz::bytes(data, size);
    const auto table = mkl::verify::read_table(bytes, bytes, {}, why);
    if (!table && why.empty()) __builtin_trap();
    return 0;
}
