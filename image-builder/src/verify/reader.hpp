// SPDX-License-Identifier: BSD-2-Clause
// The image as verify reads it: containers, archive, payload table. Every byte is hostile; what
// cannot be read is nullopt with a reason, what is wrong but readable is left to the rules.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mkl/abi/boot_record.h"
#include "mkl/abi/payload.h"
#include "mkl/support/join.hpp"
#include "mkl/support/phys_range.hpp"
#include "mkl/verify/byte_view.hpp"

namespace mkl::verify {

// Limits on what a table may claim, far above anything mkl writes.
inline constexpr uint32_t max_entries = 4096, max_segments = 65536, max_ranges = 65536;
inline constexpr uint64_t max_table_size = uint64_t{16} << 20;
inline constexpr uint64_t max_record_size = MKL_BOOT_MAX_SIZE;

using Digest = std::array<uint8_t, MKL_SHA256_SIZE>;
Digest sha256(const ByteView& bytes);
/// IEEE 802.3, as mkl_crc32 of mkl/abi/common.h but for megabytes.
uint32_t crc32(const ByteView& bytes);

/// A hash or checksum that a container carries for a part of itself.
struct ContainerSum {
    std::string what;  ///< "FIT image kernel: sha256"
    bool agrees = false;
    std::string found, expected;
};
/// A SHA-256 that a container carries for a part of itself; the rules compare it.
struct ContainerHash {
    std::string what;
    ByteView data;
    Digest expected;
};
/// The signature of a FIT configuration.
struct FitSignature {
    std::string flaw;  ///< "" or what it ought to cover and does not
    Digest covered{};  ///< SHA-256 of what it covers
    Bytes value;
    std::string algorithm, key;  ///< "sha256,rsa2048"; the key's name
};
/// Where firmware puts and starts the loader.
struct ContainerPlace {
    uint64_t load = 0, entry = 0;
};
/// A FIT image that is not the loader.
struct Loadable {
    std::string name;
    uint64_t load = 0;
    ByteView data;
};
struct Container {
    std::string format;         ///< "arm64 Image", "RISC-V Image", "ELF", "FIT", "uImage"
    std::string configuration;  ///< of a FIT
    ByteView flat;              ///< [loader][archive]
    std::vector<Loadable> loadables;
    std::vector<ContainerSum> sums;
    std::vector<ContainerHash> hashes;
    std::vector<std::string> flaws;       ///< what firmware needs of it and it has not
    std::optional<ContainerPlace> place;  ///< nullopt: firmware chooses
    std::optional<uint32_t> arch;         ///< MKL_ARCH_* of its header, 0 for another
    std::optional<FitSignature> signature;
    std::vector<std::string> facts;  ///< what the headers say, for `mkl inspect`
};
/// One; of a FIT one for each configuration, the default first. None and `why` if it is no image,
/// or a truncated one.
std::vector<Container> open_containers(const ByteView& image, std::string& why);

/// The same for a FIT, U-Boot's container.
std::vector<Container> open_fit(const ByteView& image, std::string& why);

struct ArchiveFile {
    std::string name;
    uint64_t offset = 0, size = 0;  ///< of the data, in the archive
};
/// Walks a newc archive to its trailer. `why` is empty if it is whole.
std::vector<ArchiveFile> walk_archive(const ByteView& archive, std::string& why);

struct Entry {
    mkl_payload_entry raw;
    std::string name;
    std::vector<mkl_payload_segment> segments;
    std::optional<ByteView> data;  ///< nullopt: not where the table says
};
struct Node {
    mkl_payload_node raw;
    std::string name;
    std::vector<mkl_range> ram;
    std::vector<Entry> entries;

    const Entry* entry(uint32_t role) const;  ///< the first of this role
};
struct Table {
    mkl_payload_header header;
    std::vector<Node> nodes;
    std::vector<mkl_range> pools, zeros, ram, claims;
    std::vector<mkl_payload_interrupt> interrupts;
};
std::optional<mkl_loader_params> read_params(const ByteView& flat, std::string& why);
/// `bytes` is mkl.payload; entries get their data from `archive` and `loadables`.
std::optional<Table> read_table(const ByteView& bytes, const ByteView& archive,
                                const std::vector<Loadable>& loadables, std::string& why);

/// Text up to the first NUL.
std::string fixed_text(const char* data, size_t size);
/// nullopt if it wraps or is empty.
std::optional<PhysRange> range_of(const mkl_range& r);
/// Those that are one, joined and in order.
std::vector<PhysRange> ranges_of(const std::vector<mkl_range>& list);

/// "a, b", each as cat() has it; or "none".
template <class T>
std::string list_text(const std::vector<T>& list) {
    return join_or("none", list);
}
/// "0x40000000+0x1000": as written, even if it wraps.
std::string range_text(const mkl_range& r);
inline std::string list_text(const std::vector<mkl_range>& list) {
    return join_or("none", list, range_text);
}
std::string_view role_name(uint32_t role);

}  // namespace mkl::verify
