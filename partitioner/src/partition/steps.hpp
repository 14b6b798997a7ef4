// SPDX-License-Identifier: BSD-2-Clause
// The steps of partition(), in the order in which they run. Each fills its part of the plan and
// reads what earlier ones filled; none changes it. False: an error was reported.
#pragma once

#include <span>

#include "mkl/model/plan.hpp"
#include "mkl/partition/partition.hpp"
#include "mkl/support/diagnostic.hpp"
#include "space.hpp"

namespace mkl::placement {

/// Kernels map with 2 MiB blocks.
inline constexpr uint64_t node_align = uint64_t{2} << 20;

/// As large as a GICv3 distributor, which it stands in for (Arm IHI 0069H, 12.2).
inline constexpr uint64_t decoy_bytes = uint64_t{64} << 10;

struct Context {
    const System& system;
    const Hardware& hardware;
    DiagnosticSink& sink;
    Plan& plan;
    Space space;
    std::span<const KeptPool> kept = {};
};

/// Names, CPUs, console, devices, pages, interrupts. (owners.cpp)
void assign_owners(Context& c);
/// Node RAM and pools, the automatic ones included. (memory.cpp)
bool place_memory(Context& c);
/// Memory of cross-node connections inside pools. (pools.cpp)
bool plan_pools(Context& c);
bool slice_pools(Context& c);
/// Addresses that all bus masters of a node reach that no IOMMU contains. (reach.cpp)
std::vector<PhysRange> dma_reach(const Context& c, size_t node);
/// Whether a node whose memory the YAML fixes has any there.
void check_reach_of_fixed(Context& c);
/// Rooms for decoys at the end of RAM, one a node; several choices, the best first. Of a node's
/// `decoy-NAME` in `kept` it is that one, if it is free. (decoys.cpp)
std::vector<std::vector<PhysRange>> decoy_rooms(const Context& c);
void place_decoys(Context& c, const std::vector<PhysRange>& rooms);
/// Of decoys that did not fit there: they stand behind the loader.
uint64_t unplaced_decoy_bytes(const Context& c);
bool has_decoy(const Context& c, size_t node);
/// `files:` inside the memory of their nodes. (files.cpp)
bool place_files(Context& c);
/// A loader whose base the YAML fixes; part of place_memory(), after what else is fixed.
/// (loader.cpp)
bool place_fixed_loader(Context& c);
/// What place_memory() must leave free in one piece for the next step, and its alignment.
uint64_t loader_room(const Context& c);
uint64_t loader_room_align(const Context& c);
/// Who keeps device interrupts with their owners under kernels that take them all. (interrupts.cpp)
void choose_keeper(Context& c);
/// The row of the guarantee table that says so.
Guarantee keeper_guarantee(const Context& c, size_t node);
/// Loader, decoys, log rings, status pages. (loader.cpp)
bool place_loader(Context& c);
/// Signals between nodes. (signals.cpp)
bool plan_signals(Context& c);

/// Authority and domains. (components.cpp)
void plan_components(Context& c);
/// Whether boot info has room for every untyped. (untypeds.cpp)
void check_untypeds(Context& c);
/// Guarantee tables; reads the finished plan. (guarantees.cpp)
void write_guarantees(Context& c);

/// "node 'a' has [..)", ..., as notes of a finding that something did not fit; the largest few.
std::vector<Diagnostic::Note> who_has_what(const Space& space);
/// "the largest free ranges are ..".
std::string free_text(const Space& space);

}  // namespace mkl::placement
