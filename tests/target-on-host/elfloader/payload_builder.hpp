// SPDX-License-Identifier: BSD-2-Clause
// A small valid payload whose every field a test may spoil before it is sealed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "payload.hpp"

namespace mkl::loader::test {

/// Two nodes of 1 MiB at 0x40000000 and 0x40100000, one kernel and one boot record each, a pool
/// at 0x48000000, status pages and logs at 0x49000000, the loader at 0x4a000000.
struct PayloadBuilder {
    PayloadBuilder();

    mkl_loader_params params{};
    mkl_payload_header header{};
    std::vector<mkl_payload_node> nodes;
    std::vector<std::vector<mkl_range>> node_ram;
    std::vector<mkl_payload_entry> entries;
    std::vector<mkl_payload_segment> segments;
    std::vector<mkl_range> pools, zeros, ram, claims;
    std::vector<mkl_payload_interrupt> interrupts;
    std::vector<uint8_t> data;  // of all entries, at archive offset `data_at`
    static constexpr uint64_t data_at = 0x20000;

    /// Lays out tables, hashes and CRC. `archive` is what open_payload reads.
    void seal();
    /// Hash and CRC again, after a test has changed bytes of the sealed table.
    void reseal();
    uint8_t* table() { return archive.data() + params.table_offset; }
    uint64_t table_size() const { return params.table_size; }

    std::vector<uint8_t> archive;
};

/// seal(), open_payload and check_plan; "" or "subject: text".
std::string verdict(PayloadBuilder& b, Payload* out = nullptr);

}  // namespace mkl::loader::test
