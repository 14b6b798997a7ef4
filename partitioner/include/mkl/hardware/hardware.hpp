// SPDX-License-Identifier: BSD-2-Clause
// From a board's device tree to facts. Reads what a firmware vendor wrote, so it trusts nothing.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "mkl/model/hardware.hpp"
#include "mkl/model/system.hpp"
#include "mkl/support/diagnostic.hpp"
#include "mkl/support/file_system.hpp"

namespace mkl {

/// A flattened tree to a value. `where` names the file; findings add the node's path.
/// Limits: max_dtb_bytes, tree_max_depth, tree_max_nodes. Never throws, never reads outside `blob`.
std::optional<DeviceTree> parse_dtb(std::span<const std::byte> blob, SourceSpan where,
                                    DiagnosticSink& sink);
inline constexpr uint32_t tree_max_depth = 64;
inline constexpr uint32_t tree_max_nodes = 100'000;

/// DTS text to a blob by running `dtc`; its errors become findings with file:line. `where` names
/// the file; what it includes is looked up in `directory`. Labels become __symbols__.
std::optional<Bytes> compile_dts(std::string_view text, const std::string& directory,
                                 const SourceSpan& where, DiagnosticSink& sink);

/// The same language read by mkl itself, without includes, in order: a base with an overlay behind
/// it gives the tree that dtc would make of the two. Never throws; errors are E408 with line.
std::optional<DeviceTree> parse_dts(std::string_view text, const SourceSpan& where,
                                    DiagnosticSink& sink);

/// The tree of a QEMU machine, by asking the installed QEMU (dumpdtb).
std::optional<Bytes> qemu_dtb(const QemuMachine& machine, DiagnosticSink& sink);

/// What `board:` names (dtb, dts or qemu) to facts; seeds are stripped. nullopt after an error.
std::optional<Hardware> load_hardware(FileSystem& files, const System& system,
                                      DiagnosticSink& sink);

/// The same from a tree at hand; `board` adds memory and reservations.
std::optional<Hardware> read_hardware(DeviceTree tree, const SourceSpan& source, const Board& board,
                                      DiagnosticSink& sink);

/// Whether a property of /chosen holds random numbers of one boot.
bool is_seed(std::string_view property);

/// "virt,gic-version=3,virtualization=on": the -M argument of a QEMU machine, without dumpdtb.
std::string qemu_machine_argument(const QemuMachine& machine);
/// The machine's architecture: QEMU has a `virt` for several, told apart by `cpu:` (rv64...).
Architecture qemu_architecture(const QemuMachine& machine);
/// The -cpu argument: the YAML's, else mkl's default for the machine; "" if QEMU's own is used.
std::string qemu_cpu_argument(const QemuMachine& machine);

}  // namespace mkl
