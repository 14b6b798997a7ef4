// SPDX-License-Identifier: BSD-2-Clause
// Two readers of boot records that share no code: what verify accepts, the other must read too.
#include <cstring>

#include "fuzz.hpp"
#include "mkl/formats/boot_record.hpp"
#include "record.hpp"
#include "tiny_image.hpp"

std::vector<mkl::Bytes> mkl::fuzz::seeds() {
    return {tiny::boot_record(tiny::node(0), 0x400), tiny::boot_record(tiny::node(1), 0x400)};
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using namespace mkl;
    Bytes copy(reinterpret_cast<const std::byte*>(data),
               reinterpret_cast<const std::byte*>(data) + size);
    if (size >= sizeof(mkl_boot_header)) {  // a right checksum, so that what follows is reached
        const uint32_t crc =
            mkl_crc32_skipping(copy.data(), copy.size(), offsetof(mkl_boot_header, crc32));
        std::memcpy(copy.data() + offsetof(mkl_boot_header, crc32), &crc, sizeof crc);
    }
    std::string why, error;
    const auto a = verify::read_record(std::span<const std::byte>{copy}, why);
    const auto b = open_boot_record(copy, error);
    if (!a && why.empty()) __builtin_trap();
    if (!b && error.empty()) __builtin_trap();
    if (b) (void)to_text(*b);
    return 0;
}
