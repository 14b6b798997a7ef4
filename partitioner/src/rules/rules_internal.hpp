// SPDX-License-Identifier: BSD-2-Clause
// The rules by family, and what they share. Only table.cpp and the families include this.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mkl/model/hardware.hpp"
#include "mkl/model/system.hpp"
#include "mkl/support/diagnostic.hpp"

namespace mkl::rules {

using CheckFn = void (*)(const System&, const Hardware&, DiagnosticSink&);

inline constexpr uint64_t node_align = uint64_t{2} << 20;  ///< kernels map with 2 MiB blocks
inline constexpr size_t name_max = 31;                     ///< MKL_NAME_SIZE less its NUL

// names.cpp
void names_well_formed(const System&, const Hardware&, DiagnosticSink&);
void names_distinct(const System&, const Hardware&, DiagnosticSink&);
void names_known(const System&, const Hardware&, DiagnosticSink&);
// cpus.cpp
void nodes_present(const System&, const Hardware&, DiagnosticSink&);
void cpus_on_board(const System&, const Hardware&, DiagnosticSink&);
void cpus_startable(const System&, const Hardware&, DiagnosticSink&);
void cpu_owned_once(const System&, const Hardware&, DiagnosticSink&);
// memory.cpp
void memory_aligned(const System&, const Hardware&, DiagnosticSink&);
void memory_limits(const System&, const Hardware&, DiagnosticSink&);
void memory_disjoint(const System&, const Hardware&, DiagnosticSink&);
void memory_in_ram(const System&, const Hardware&, DiagnosticSink&);
// devices.cpp
void devices_known(const System&, const Hardware&, DiagnosticSink&);
void devices_enabled(const System&, const Hardware&, DiagnosticSink&);
void devices_assignable(const System&, const Hardware&, DiagnosticSink&);
void device_owned_once(const System&, const Hardware&, DiagnosticSink&);
void console_usable(const System&, const Hardware&, DiagnosticSink&);
// sharing.cpp
void pages_unshared(const System&, const Hardware&, DiagnosticSink&);
void interrupts_unshared(const System&, const Hardware&, DiagnosticSink&);
void streams_unshared(const System&, const Hardware&, DiagnosticSink&);
void provider_lines_unshared(const System&, const Hardware&, DiagnosticSink&);
// providers.cpp
void providers_not_elsewhere(const System&, const Hardware&, DiagnosticSink&);
void nested_controllers_owned(const System&, const Hardware&, DiagnosticSink&);
// dma.cpp
void dma_acknowledged(const System&, const Hardware&, DiagnosticSink&);
// components.cpp
void components_placeable(const System&, const Hardware&, DiagnosticSink&);
void priorities_in_range(const System&, const Hardware&, DiagnosticSink&);
void component_devices_owned(const System&, const Hardware&, DiagnosticSink&);
void consoles_undriven(const System&, const Hardware&, DiagnosticSink&);
void interrupts_taken_once(const System&, const Hardware&, DiagnosticSink&);
// files.cpp
void component_files_owned(const System&, const Hardware&, DiagnosticSink&);
void files_fit_their_room(const System&, const Hardware&, DiagnosticSink&);
// authority.cpp
void authority_acknowledged(const System&, const Hardware&, DiagnosticSink&);
void caps_sound(const System&, const Hardware&, DiagnosticSink&);
void domains_scheduled(const System&, const Hardware&, DiagnosticSink&);
// connections.cpp
void ends_known(const System&, const Hardware&, DiagnosticSink&);
void ends_used_once(const System&, const Hardware&, DiagnosticSink&);
void pools_serve(const System&, const Hardware&, DiagnosticSink&);

/// `did you mean `x`?` for hints: the nearest of `known`, or the list of them; of many, those that
/// begin most like `word`. "" if none is known.
std::string name_hint(std::string_view word, const std::vector<std::string>& known);

/// A selector and the node that has it.
struct NodeSelector {
    size_t node = 0;
    const DeviceSelector* selector = nullptr;
};
/// Every selector of the nodes, consoles first.
std::vector<NodeSelector> node_selectors(const System& system);

/// Whether a page holds registers, or windows, of both.
bool share_page(const Device& a, const Device& b);

/// "/a, /b, /c, /d and 3 more".
std::string device_list(const Hardware& hardware, const std::vector<size_t>& devices);

/// A place in the device tree, for notes.
SourceSpan tree_place(const Hardware& hardware, const std::string& path);

}  // namespace mkl::rules
