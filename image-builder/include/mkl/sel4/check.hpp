// SPDX-License-Identifier: BSD-2-Clause
// A kernel of the user's against the plan: everything that boots by chance, or not at all and in
// silence, is a finding before the image is packed.
#pragma once

#include <optional>

#include "mkl/model/hardware.hpp"
#include "mkl/model/plan.hpp"
#include "mkl/model/system.hpp"
#include "mkl/sel4/kernel.hpp"
#include "mkl/support/diagnostic.hpp"

namespace mkl::sel4 {

/// False if an error was reported.
bool check_kernel(const Kernel& kernel, const Plan& plan, size_t node, const System& system,
                  const Hardware& hardware, DiagnosticSink& sink);

/// Where the kernel finds what is left for it, when kernel, tree and root image are placed.
struct Room {
    PhysRange root;              ///< the root image in physical memory
    std::vector<PhysRange> ram;  ///< of the node
    uint64_t objects = 0;        ///< that mkl's initialiser will make; 0: a foreign root task
    SourceSpan where;            ///< of the node
    std::string node;
};
/// Bytes of the block that the kernel takes for the root task's objects; it stands at a multiple of
/// the CNode's size.
uint64_t root_objects_size(const Kernel& kernel, PhysRange root);

/// Slots of the root CNode that are taken when the root image ends at `root_end`.
uint64_t slots_needed(const Kernel& kernel, const Room& room, uint64_t root_end);

/// Where the root image has to end so that as little RAM as possible falls off the end of the
/// kernel's list of untypeds (N567, or W568 where much of it does); nullopt: nothing of it is left.
std::optional<uint64_t> fit_untypeds(const Kernel& kernel, const Room& room, DiagnosticSink& sink);

/// False with E566 if it cannot start the root task, or that cannot make what it has to.
bool check_room(const Kernel& kernel, const Room& room, DiagnosticSink& sink);

}  // namespace mkl::sel4
