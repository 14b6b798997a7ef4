// SPDX-License-Identifier: BSD-2-Clause
// Small image headers: U-Boot's legacy uImage and script, the arm64 and RISC-V Linux Image header.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "mkl/model/architecture.hpp"
#include "mkl/support/byte_rope.hpp"

namespace mkl {

/// Legacy image (U-Boot include/image.h, struct legacy_img_hdr: 64 bytes, big-endian), type
/// kernel, OS linux, no compression, time 0. Precondition: load and entry below 4 GiB, data too.
ByteRope write_uimage(Architecture architecture, std::string_view name, uint64_t load,
                      uint64_t entry, const ByteRope& data);

/// Legacy image of type script: what `source` runs.
ByteRope write_boot_script(Architecture architecture, std::string_view name,
                           std::string_view commands);

inline constexpr size_t image_header_size = 64;
/// Completes the header in the first 64 bytes of a flat loader, whose code words (the first eight
/// bytes) and last word (where its EFI header is) stay: load anywhere, 4 KiB pages, little-endian.
/// arm64: Linux Documentation/arch/arm64/booting.rst; RISC-V: arch/riscv/boot-image-header.rst.
void complete_image_header(Architecture architecture, std::span<std::byte> header,
                           uint64_t image_size);

/// Sets the sizes in the loader's EFI header, if it has one (PE32+, one section from 4 KiB on, word
/// at 0x3c): the file with its payload, and what it takes in memory. Microsoft PE Format, rev. 11.
void complete_efi_header(std::span<std::byte> loader, uint64_t file_size, uint64_t image_size);

}  // namespace mkl
