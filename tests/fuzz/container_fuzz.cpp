// SPDX-License-Identifier: BSD-2-Clause
// ELF, Image, FIT and uImage.
#include "fuzz.hpp"
#include "reader.hpp"
#include "tiny_image.hpp"

std::vector<mkl::Bytes> mkl::fuzz::seeds() {
    const Bytes flat(300, std::byte{7});
    Bytes image(300);
    image[16] = std::byte{0xff};
    image[17] = std::byte{0xff};
    for (size_t i = 0; i < 4; i++) image[0x38 + i] = std::byte("ARM\x64"[i]);
    return {image, tiny::uimage(flat), tiny::fit(flat), tiny::elf(tiny::image())};
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    std::string why;
    const auto all = mkl::verify::open_containers(mkl::fuzz::bytes(data, size), why);
    if (all.empty() && why.empty()) __builtin_trap();
    for (const auto& c : all) (void)mkl::verify::sha256(c.flat);
    return 0;
}
