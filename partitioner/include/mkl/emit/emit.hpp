// SPDX-License-Identifier: BSD-2-Clause
// Per-node device trees: made from the board's tree and the plan, printed, and proved.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "mkl/model/device_tree.hpp"
#include "mkl/model/hardware.hpp"
#include "mkl/model/plan.hpp"
#include "mkl/model/system.hpp"
#include "mkl/support/diagnostic.hpp"

namespace mkl {

/// The board's tree cut down to node `node`: its CPU, RAM, devices, and no reference to what is
/// not there. docs/architecture.md, "Per-node trees".
DeviceTree node_tree(const Plan& plan, size_t node, const System& system, const Hardware& hardware);

/// Adds /chosen/mkl,boot-record, the record itself, for a node whose kernel hands its root task the
/// tree and nothing else.
void add_boot_record(DeviceTree& tree, std::span<const std::byte> record);

/// Flattened tree, version 17. Same tree, same bytes.
Bytes to_dtb(const DeviceTree& tree);

/// Source text which `dtc` compiles to the same nodes, properties and bytes.
std::string to_dts(const DeviceTree& tree);

/// Source text to concatenate to the tree that the node's kernel is built from: replaces its RAM,
/// and its distributor by the decoy where the plan has one. `base`: that tree, as
/// `kernel: {tree: ..}` names it; nullptr: the board's own.
std::string overlay_dts(const Plan& plan, size_t node, const System& system,
                        const Hardware& hardware, const DeviceTree* base = nullptr);

/// Complete alternative to the overlay for an unmodified seL4 build, its `chosen` included.
std::string kernel_dts(const Plan& plan, size_t node, const System& system,
                       const Hardware& hardware);

/// What a kernel's build makes of `text` (a base with the overlay behind it, or kernel.dts): RAM
/// is exactly the node's (memory nodes without `no-map`), and the interrupt controller is where the
/// board, or the plan's decoy, has it. Read by mkl itself. False if an error was reported.
bool prove_kernel_source(std::string_view text, const SourceSpan& where, const Plan& plan,
                         size_t node, const Hardware& hardware, DiagnosticSink& sink);

/// What a node's kernel can be built from.
struct KernelSources {
    std::string overlay;     ///< for the tree that the kernel names, else for the board's own
    std::string kernel_dts;  ///< "": the kernel is not built from a tree
};
/// An unmodified seL4: kernel.dts, and the overlay for the tree that `kernel: {tree: FILE}` names
/// (`tree_text`: its content); both are proved. Other kernels: the overlay for the board's own
/// tree. nullopt if an error was reported.
std::optional<KernelSources> kernel_sources(const Plan& plan, size_t node, const System& system,
                                            const Hardware& hardware,
                                            std::optional<std::string_view> tree_text,
                                            DiagnosticSink& sink);

/// Emits `tree` to a blob, reads that again and proves it: no dangling phandle, specifiers
/// complete, interrupt parents present, unit addresses as in the base, no foreign CPU, RAM,
/// device or seed. False if an error was reported.
bool prove_tree(const DeviceTree& tree, const Plan& plan, size_t node, const Hardware& hardware,
                DiagnosticSink& sink);

}  // namespace mkl
