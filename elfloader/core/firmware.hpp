// SPDX-License-Identifier: BSD-2-Clause
// The plan against the machine: firmware's device tree is never a source of decisions, only
// compared. More RAM, more CPUs and firmware's own nodes are fine.
#pragma once

#include "console.hpp"
#include "payload.hpp"

namespace mkl::loader {

/// Copy of the tree, or 0, and where firmware had it. Firmware may reserve the tree's own memory.
struct FirmwareTree {
    uint64_t copy, original;
};

/// Copy 0: none was given; says so and goes on. Otherwise every claimed range is RAM there and
/// in no reserved range, and the interrupt controller's addresses are the plan's.
Fault check_firmware_tree(const Payload& payload, FirmwareTree firmware, Console& console);

/// Copies the tree at `tree` (0: none) to `to`. Bytes copied; 0: none, or no tree.
uint64_t save_firmware_tree(uint64_t tree, uint64_t to);

/// The loader's footprint is RAM in the tree, of `size` bytes, and nobody keeps it. No tree, no
/// fault. Before the move, so that nothing is written where nothing may be.
Fault check_room(const mkl_loader_params& params, FirmwareTree tree, uint64_t size);

}  // namespace mkl::loader
