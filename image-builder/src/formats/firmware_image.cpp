// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/formats/firmware_image.hpp"

#include <cassert>
#include <cstring>

#include "big_endian.hpp"
#include "mkl/abi/payload.h"
#include "mkl/formats/hash.hpp"

namespace mkl {

namespace {

// U-Boot include/image.h.
constexpr uint32_t legacy_magic = 0x27051956;
constexpr uint8_t os_linux = 5;
constexpr uint8_t arch_arm64 = 22, arch_riscv = 26;
constexpr uint8_t type_kernel = 2, type_script = 6;
constexpr uint8_t compression_none = 0;
constexpr size_t legacy_name_size = 32;

ByteRope with_legacy_header(Architecture architecture, uint8_t type, std::string_view name,
                            uint64_t load, uint64_t entry, const ByteRope& data) {
    assert(load <= UINT32_MAX && entry <= UINT32_MAX && data.size() <= UINT32_MAX);
    const uint8_t arch = architecture == Architecture::aarch64 ? arch_arm64 : arch_riscv;
    const uint32_t data_crc = crc32(data);
    const auto header = [&](uint32_t header_crc) {
        Bytes h;
        formats::append_be32(h, legacy_magic);
        formats::append_be32(h, header_crc);
        formats::append_be32(h, 0);  // time: same input, same bytes
        formats::append_be32(h, static_cast<uint32_t>(data.size()));
        formats::append_be32(h, static_cast<uint32_t>(load));
        formats::append_be32(h, static_cast<uint32_t>(entry));
        formats::append_be32(h, data_crc);
        for (const uint8_t b : {os_linux, arch, type, compression_none})
            h.push_back(static_cast<std::byte>(b));
        formats::append_text(h, name.substr(0, legacy_name_size - 1));
        h.resize(64);
        return h;
    };
    ByteRope out{header(crc32(0, header(0)))};
    out.append(data);
    return out;
}

// Linux Documentation/arch/arm64/booting.rst, section 4: flags bit 0 big-endian, bits 1-2 page
// size (1: 4 KiB), bit 3 "anywhere in memory".
constexpr uint64_t arm64_flags = 1u << 1 | 1u << 3;
// boot-image-header.rst: version 0.2, "RISCV\0\0\0"; text offset is the S-mode payload's place.
constexpr uint32_t riscv_version = 2;
constexpr uint64_t riscv_magic = 0x5643534952;
constexpr uint64_t riscv_text_offset = 0x200000;

template <class T>
void put(std::span<std::byte> header, size_t offset, T value) {
    std::memcpy(header.data() + offset, &value, sizeof value);
}

}  // namespace

ByteRope write_uimage(Architecture architecture, std::string_view name, uint64_t load,
                      uint64_t entry, const ByteRope& data) {
    return with_legacy_header(architecture, type_kernel, name, load, entry, data);
}

ByteRope write_boot_script(Architecture architecture, std::string_view name,
                           std::string_view commands) {
    // A list of sizes that ends with 0 stands before the parts of a multi-part image; a script has
    // one part.
    Bytes sizes;
    formats::append_be32(sizes, static_cast<uint32_t>(commands.size()));
    formats::append_be32(sizes, 0);
    ByteRope data{std::move(sizes)};
    data.append(commands);
    return with_legacy_header(architecture, type_script, name, 0, 0, data);
}

void complete_image_header(Architecture architecture, std::span<std::byte> header,
                           uint64_t image_size) {
    assert(header.size() >= image_header_size);
    std::memset(header.data() + 8, 0, image_header_size - 12);
    put(header, 0x10, image_size);
    if (architecture == Architecture::aarch64) {
        put(header, 0x18, arm64_flags);
        put(header, MKL_IMAGE_MAGIC_OFFSET, MKL_IMAGE_MAGIC_ARM64);
    } else {
        put(header, 0x08, riscv_text_offset);
        put(header, 0x20, riscv_version);
        put(header, 0x30, riscv_magic);
        put(header, MKL_IMAGE_MAGIC_OFFSET, MKL_IMAGE_MAGIC2_RISCV);
    }
}

void complete_efi_header(std::span<std::byte> loader, uint64_t file_size, uint64_t image_size) {
    constexpr size_t optional_header = 24, size_of_image = 56;  // from "PE", from the former
    constexpr size_t sections = optional_header + 160, virtual_size = 8, raw_size = 16;
    constexpr size_t headers = 4096;  // the section starts behind them
    uint32_t at = 0;
    std::memcpy(&at, loader.data() + 0x3c, sizeof at);
    if (at < image_header_size || at > headers - sections - raw_size - 4 || loader.size() < headers)
        return;
    if (std::memcmp(loader.data() + at, "PE\0\0", 4) != 0) return;
    put(loader, at + optional_header + size_of_image, static_cast<uint32_t>(image_size));
    put(loader, at + sections + virtual_size, static_cast<uint32_t>(image_size - headers));
    put(loader, at + sections + raw_size, static_cast<uint32_t>(file_size - headers));
}

}  // namespace mkl
