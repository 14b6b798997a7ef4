// SPDX-License-Identifier: BSD-2-Clause
// SYSTEM.lock: the addresses of the last plan, kept as long as the description allows it.
//
// Text     a line a decision, in the words of --set: "nodes.node0.memory=[{base: ..., size: ...}]"
// Keeps    RAM of nodes, pools, files and the loader that the YAML leaves to mkl, while their sizes
//          stay (a file: while it fits its room). What the YAML fixes, and what --set says, wins.
//          Pools that mkl makes ("auto.NAME={..}") stay while all else fits beside them.
// Used     by every command while it is there; written by --lock only.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "commands.hpp"
#include "mkl/model/plan.hpp"
#include "mkl/partition/partition.hpp"

namespace mkl::cli {

/// "system.lock" beside "system.yaml"; "x.lock.lock" beside a description "x.lock".
std::filesystem::path lock_path(const std::filesystem::path& system);

/// False and E814 if something is there that cannot be read: its addresses would move.
bool lock_can_be_read(Context& context);

/// Decisions of the lock file that still fit `system`, as settings to apply before --set. None if
/// there is no lock file; W811 for a line that is not one.
std::vector<Setting> locked_settings(Context& context, const System& system);

/// Where the lock file has the pools that mkl makes.
std::vector<KeptPool> kept_pools(Context& context);

/// W813 per decision of the lock file, if there is one, that the plan has otherwise.
void compare_with_lock(Context& context, const Plan& plan, const System& system);

/// The lock file of a plan.
std::string lock_text(const Plan& plan, const System& system);

/// Writes it beside the YAML if it changed: N810 per decision that is not as it was; E812 if it
/// cannot be written.
void write_lock(Context& context, const Plan& plan, const System& system);

}  // namespace mkl::cli
