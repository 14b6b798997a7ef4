// SPDX-License-Identifier: BSD-2-Clause
// A node's device tree as verify reads it: libfdt for the structure, the Devicetree Specification
// v0.4 (2.3 and 2.4) for status, registers and interrupts.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mkl/support/file_system.hpp"
#include "mkl/support/phys_range.hpp"

namespace mkl::verify {

struct TreeDevice {
    std::string path;
    int offset = 0;
    bool enabled = true;               ///< itself and everything above
    std::vector<PhysRange> registers;  ///< as the CPU sees them
    std::vector<PhysRange> windows;    ///< of a PCI host bridge onto its bus
    bool registers_unknown = false;    ///< a `reg` that no `ranges` translates
};

struct TreeInterrupt {
    std::string path;
    uint32_t id = 0;       ///< as the controller counts
    bool per_cpu = false;  ///< PPI, or an interrupt of the CPU itself
};

struct Tree {
    std::vector<TreeDevice> nodes;
    std::vector<PhysRange> memory;          ///< of nodes with device_type memory, as listed
    std::vector<uint64_t> cpus;             ///< reg of each /cpus child of device_type cpu
    std::vector<std::string> seeds;         ///< properties that hold entropy
    std::vector<std::string> dangling;      ///< "/path: interrupt-parent names phandle 0x7, ..."
    std::vector<TreeInterrupt> interrupts;  ///< of enabled nodes, those of the root controller
    std::vector<PhysRange> reserved;        ///< memory reservation block
};

/// `blob` was accepted by fdt_check_full. `controller` is the register base of the root interrupt
/// controller; `plic` selects its cell format (else GIC).
Tree read_tree(const Bytes& blob, uint64_t controller, bool plic);

}  // namespace mkl::verify
