// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/formats/firmware_image.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "mkl/formats/hash.hpp"

namespace mkl {
namespace {

uint32_t be32(const Bytes& bytes, size_t at) {
    uint32_t value = 0;
    for (size_t i = 0; i < 4; i++) value = value << 8 | std::to_integer<uint32_t>(bytes[at + i]);
    return value;
}
uint64_t le64(const Bytes& bytes, size_t at) {
    uint64_t value = 0;
    std::memcpy(&value, bytes.data() + at, 8);
    return value;
}

TEST(LegacyImage, HeaderIsWhatMkimageWrites) {
    const ByteRope data{std::string_view{"payload"}};
    const Bytes image =
        write_uimage(Architecture::aarch64, "mkl", 0x70000000, 0x70000040, data).flatten();
    ASSERT_EQ(image.size(), 64u + 7u);
    EXPECT_EQ(be32(image, 0), 0x27051956u);
    EXPECT_EQ(be32(image, 8), 0u);  // time
    EXPECT_EQ(be32(image, 12), 7u);
    EXPECT_EQ(be32(image, 16), 0x70000000u);
    EXPECT_EQ(be32(image, 20), 0x70000040u);
    EXPECT_EQ(be32(image, 24), crc32(data));
    EXPECT_EQ(as_text(image).substr(28, 7), std::string_view("\5\x16\2\0mkl", 7));
    Bytes header(image.begin(), image.begin() + 64);
    const uint32_t stored = be32(header, 4);
    std::memset(header.data() + 4, 0, 4);
    EXPECT_EQ(stored, crc32(0, header));
}

TEST(LegacyImage, ScriptHasOnePart) {
    const Bytes image = write_boot_script(Architecture::riscv64, "mkl", "echo hi\n").flatten();
    EXPECT_EQ(be32(image, 12), 16u);
    EXPECT_EQ(std::to_integer<int>(image[29]), 26);  // RISC-V
    EXPECT_EQ(std::to_integer<int>(image[30]), 6);   // script
    EXPECT_EQ(be32(image, 64), 8u);
    EXPECT_EQ(be32(image, 68), 0u);
    EXPECT_EQ(as_text(image).substr(72), "echo hi\n");
}

TEST(ImageHeader, KeepsCodeAndSetsTheRest) {
    for (const Architecture a : {Architecture::aarch64, Architecture::riscv64}) {
        Bytes image(64, std::byte{0x5a});
        complete_image_header(a, image, 0x123000);
        EXPECT_EQ(le64(image, 0), 0x5a5a5a5a5a5a5a5aull);
        EXPECT_EQ(le64(image, 16), 0x123000u);
        const std::string_view magic = as_text(image).substr(0x38, 4);
        if (a == Architecture::aarch64) {
            EXPECT_EQ(magic, "ARM\x64");
            EXPECT_EQ(le64(image, 8), 0u);
            EXPECT_EQ(le64(image, 24), 0xau);
        } else {
            EXPECT_EQ(magic, "RSC\x05");
            EXPECT_EQ(le64(image, 8), 0x200000u);
            EXPECT_EQ(as_text(image).substr(0x30, 5), "RISCV");
        }
    }
}

TEST(EfiHeader, SetsThreeSizesAndNothingElse) {
    Bytes image(0x3000);
    image[0x3c] = std::byte{0xc0};
    std::memcpy(image.data() + 0xc0, "PE\0\0", 4);
    const Bytes before = image;
    complete_efi_header(image, 0x5678, 0x204000);
    const auto le32 = [&](size_t at) { return static_cast<uint32_t>(le64(image, at)); };
    EXPECT_EQ(le32(0xc0 + 24 + 56), 0x204000u);
    EXPECT_EQ(le32(0xc0 + 184 + 8), 0x203000u);
    EXPECT_EQ(le32(0xc0 + 184 + 16), 0x4678u);
    size_t changed = 0;
    for (size_t i = 0; i < image.size(); i++) changed += image[i] != before[i];
    EXPECT_LE(changed, 12u);
}

TEST(EfiHeader, LeavesLoadersWithoutOneAlone) {
    for (const uint32_t at : {0u, 0xc0u, 0xfffff000u}) {
        Bytes image(0x3000);
        std::memcpy(image.data() + 0x3c, &at, sizeof at);
        const Bytes before = image;
        complete_efi_header(image, 0x5678, 0x204000);
        EXPECT_EQ(image, before);
    }
}

}  // namespace
}  // namespace mkl
