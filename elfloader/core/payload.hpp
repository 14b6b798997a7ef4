// SPDX-License-Identifier: BSD-2-Clause
// The payload table, checked once and then only read.
//
// Input:   struct mkl_loader_params and the archive behind the loader, both of hostile origin.
// Method:  open_payload checks bounds of every table and reference; check_plan what the numbers
//          mean: nothing overlaps, everything lies where the plan says. After both, the rest of
//          the loader uses any value in the table without a check of its own.
// Limits:  MKL_PAYLOAD_MAX_NODES nodes, max_segments segments.
#pragma once

#include "fault.hpp"
#include "mkl/abi/payload.h"

namespace mkl::loader {

constexpr uint32_t max_segments = 1024;
constexpr uint64_t block_2m = 0x200000;
constexpr uint64_t not_in_archive = ~uint64_t{0};

template <class T>
struct Table {
    const T* first = nullptr;
    uint32_t count = 0;

    const T* begin() const { return first; }
    const T* end() const { return first + count; }
    const T& operator[](uint32_t i) const { return first[i]; }
};

struct Payload {
    const mkl_loader_params* params = nullptr;
    const uint8_t* archive = nullptr;
    const mkl_payload_header* header = nullptr;
    Table<mkl_payload_node> nodes;
    Table<mkl_payload_entry> entries;
    Table<mkl_payload_segment> segments;
    Table<mkl_range> pools, zeros, ram, claims;
    Table<mkl_payload_interrupt> interrupts;

    Table<mkl_range> ram_of(const mkl_payload_node& node) const;
    Table<mkl_payload_entry> entries_of(const mkl_payload_node& node) const;
    Table<mkl_payload_segment> segments_of(const mkl_payload_entry& entry) const;
    /// First byte of the entry's data; only for an entry that passed the checks.
    const uint8_t* data_of(const mkl_payload_entry& entry) const;
};

/// Parameters: identity, and that image, archive and scratch fit into the footprint in this order.
Fault check_params(const mkl_loader_params& params, uint32_t arch);

/// Hash, CRC, identity and bounds of the table. On no fault `out` is complete.
Fault open_payload(const mkl_loader_params& params, const uint8_t* archive, uint32_t arch,
                   Payload& out);

/// What the numbers mean: see the head of this file. `params.run_base` is where the loader runs.
Fault check_plan(const Payload& payload);

/// SHA-256 of an entry's data against the table.
Fault verify_entry(const Payload& payload, const mkl_payload_entry& entry);

}  // namespace mkl::loader
