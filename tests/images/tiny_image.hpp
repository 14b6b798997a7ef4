// SPDX-License-Identifier: BSD-2-Clause
// An image of two nodes from nothing but schemas/abi: GICv3, node0 with a UART, node1 with a
// clock, one pool, a signal each way.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mkl/abi/boot_record.h"
#include "mkl/abi/payload.h"
#include "mkl/support/file_system.hpp"

namespace mkl::tiny {

inline constexpr uint64_t mib = uint64_t{1} << 20;
inline constexpr uint64_t ram_base = 0x40000000, ram_size = 256 * mib;
inline constexpr uint64_t node_size = 32 * mib;
inline constexpr uint64_t pool_base = 0x48000000, pool_size = 2 * mib;
inline constexpr uint64_t loader_base = 0x4a000000, loader_size = 2 * mib;
inline constexpr uint64_t status_base = 0x4b000000, logs_base = 0x4b100000;
inline constexpr uint64_t distributor = 0x8000000, redistributors = 0x80a0000;
inline constexpr uint64_t kernel_virt = 0xffffff8040000000;

struct Node {
    uint32_t id = 0;
    std::string name;
    uint64_t ram = 0;     ///< base; node_size bytes
    uint64_t device = 0;  ///< one page
    uint32_t interrupt = 0;
    bool log = false;
    std::vector<mkl_range> windows{};  ///< of a PCI bridge without registers, in its tree
    std::vector<mkl_range> pages{};    ///< device pages behind those of its device, in its record

    uint64_t dtb() const { return ram + 0x10000; }
    uint64_t record() const { return ram + 0x20000; }
    uint64_t root() const { return ram + 0x30000; }
};
Node node(uint32_t id);

Bytes kernel_elf();
/// Initialiser and spec; two PT_LOADs.
Bytes root_elf(const Node& node);
Bytes spec(const Node& node);
Bytes device_tree(const Node& node);
Bytes boot_record(const Node& node, uint64_t dtb_size);

/// newc archive of name and data, data 64-byte aligned.
Bytes archive(const std::vector<std::pair<std::string, Bytes>>& files,
              std::vector<uint64_t>& offsets);

/// The flat image with an arm64 Image header.
Bytes image(const std::vector<Node>& nodes = {node(0), node(1)});
/// Around a flat image.
Bytes uimage(const Bytes& flat);
Bytes elf(const Bytes& flat);
Bytes fit(const Bytes& flat);

}  // namespace mkl::tiny
