// SPDX-License-Identifier: BSD-2-Clause
// newc CPIO archives ("070701"): cpio(5), section "New ASCII Format". Deterministic: mode 0100644,
// time, owner and device 0, inode numbers ascending from 1.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mkl/support/byte_rope.hpp"

namespace mkl {

struct CpioEntry {
    std::string name;
    uint64_t size = 0;
};

/// Where the data of each entry will stand, counted from the archive's start, and the archive's
/// size. Data is 64-byte aligned (names are padded with NULs; newc itself aligns to 4).
struct CpioLayout {
    std::vector<uint64_t> data_offsets;
    uint64_t size = 0;
};
CpioLayout layout_cpio(std::span<const CpioEntry> entries);

/// newc has eight hex digits for a size.
inline constexpr uint64_t cpio_max_entry = 0xffffffff;

struct CpioFile {
    std::string name;
    ByteRope data;
};
/// Archive of `files` in order, laid out as layout_cpio says. Precondition: sizes and names in
/// bounds (names shorter than 1 KiB).
ByteRope write_cpio(std::span<const CpioFile> files);

struct CpioMember {
    std::string name;
    uint64_t offset = 0;  ///< of the data, from the archive's start
    uint64_t size = 0;
};
/// Members up to the trailer; nullopt and `error` if the archive is damaged.
std::optional<std::vector<CpioMember>> read_cpio(std::span<const std::byte> archive,
                                                 std::string& error);

}  // namespace mkl
