// SPDX-License-Identifier: BSD-2-Clause
// What each node asks for, resolved against the board: its CPU, its devices with their pages and
// interrupts, and the place in the YAML that asks. Rules compare claims, partition grants them,
// `mkl why` explains them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mkl/model/hardware.hpp"
#include "mkl/model/system.hpp"

namespace mkl {

/// Devices (indices in Hardware::devices, ascending) that a selector names, disabled ones
/// included only where it names exactly one. Empty: no match.
std::vector<size_t> select(const Hardware& hardware, const DeviceSelector& selector);

/// select() for many selectors: a table of paths, where it is worth its while. The board must
/// outlive it.
class DeviceIndex {
public:
    DeviceIndex(const Hardware& hardware, size_t selectors);
    std::vector<size_t> select(const DeviceSelector& selector) const;

private:
    const Hardware& hardware_;
    std::unordered_map<std::string_view, size_t> by_path_;
};

/// Whether `path` is `top` or below it.
bool is_below_or_at(std::string_view path, std::string_view top);

/// Whether the device is the root interrupt controller or a part of it.
bool is_interrupt_controller(const Hardware& hardware, const Device& device);

/// Whether no node may have the device: the interrupt controller, and on RISC-V what interrupts
/// the harts, which is firmware's.
bool serves_every_node(const Hardware& hardware, const Device& device);

/// The selector as the user would write it.
std::string to_text(const DeviceSelector& selector);

/// The CPU a node asks for: index in Hardware::cpus; nullopt if the board has none such.
std::optional<size_t> select_cpu(const Hardware& hardware, const CpuChoice& choice);

/// One device of a node.
struct DeviceClaim {
    size_t device = 0;   ///< index in Hardware::devices
    SourceSpan where;    ///< the selector
    bool direct = true;  ///< named by the selector; false: in the subtree of one that is
};

/// Devices of a node, its console included, each once, in tree order; enabled ones only. What is
/// reached only through a device above it (I2C, SPI, a system controller) brings that one along.
std::vector<DeviceClaim> device_claims(const System& system, const Hardware& hardware, size_t node);

/// Registers of a device and its windows, grown to pages, sorted and disjoint.
std::vector<PhysRange> pages_of(const Device& device);

/// Whether a range is where `above:`, `below:` and `align:` let it be.
bool keeps_limits(PhysRange range, const PlacementLimits& limits);

/// Whether a `share:` entry covers the device (itself, or a node above it).
const ShareRequest* share_of(const System& system, const Hardware& hardware, size_t device);

/// Node of a connection's end: where its component runs, or the node with a `root:` of that name.
std::optional<size_t> node_of(const System& system, const EndName& end);

/// RAM that the YAML may give away: what memory nodes say without what is reserved; sorted.
std::vector<PhysRange> free_ram(const Hardware& hardware);

/// What a holder of the capability can do that is not its own affair; `stock`: under an unmodified
/// seL4, whose IRQControl knows of no other node.
std::string_view authority_text(CapKind kind, bool stock);

}  // namespace mkl
