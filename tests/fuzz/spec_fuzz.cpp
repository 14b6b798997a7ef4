// SPDX-License-Identifier: BSD-2-Clause
// Compact CapDL specs.
#include "spec.hpp"

#include <cstring>

#include "fuzz.hpp"
#include "tiny_image.hpp"

std::vector<mkl::Bytes> mkl::fuzz::seeds() {
    return {tiny::spec(tiny::node(0)), tiny::spec(tiny::node(1))};
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using namespace mkl;
    Bytes copy(reinterpret_cast<const std::byte*>(data),
               reinterpret_cast<const std::byte*>(data) + size);
    mkl_spec_header h;
    if (size >= sizeof h) {
        std::memcpy(&h, copy.data(), sizeof h);
        if (h.tables_size >= sizeof h && h.tables_size <= size) {
            h.crc32 =
                mkl_crc32_skipping(copy.data(), h.tables_size, offsetof(mkl_spec_header, crc32));
            std::memcpy(copy.data(), &h, sizeof h);
        }
    }
    std::string why;
    const auto spec = verify::read_spec(std::span<const std::byte>{copy}, why);
    if (!spec && why.empty()) __builtin_trap();
    if (!spec) return 0;
    for (size_t i = 0; i < spec->objects.size(); i++) (void)spec->describe(i);
    return 0;
}
