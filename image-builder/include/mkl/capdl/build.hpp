// SPDX-License-Identifier: BSD-2-Clause
// A node's CapDL spec from the plan and its components' ELF files.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "mkl/capdl/spec.hpp"
#include "mkl/formats/elf.hpp"
#include "mkl/model/hardware.hpp"
#include "mkl/model/plan.hpp"
#include "mkl/model/system.hpp"
#include "mkl/support/diagnostic.hpp"

namespace mkl::capdl {

struct ComponentImage {
    size_t component = 0;  ///< index in System::components
    SharedBytes bytes;
    ElfFile elf;
};

/// What a node's kernel was configured with, as far as components can ask for it.
struct KernelOffer {
    uint32_t domains = 1;
    uint32_t domain_entries = 2;      ///< of its schedule, the end marker included
    uint64_t ticks_per_second = 500;  ///< unit of the schedule's times
    bool smc = false;
};

struct NodeImages {
    KernelOffer offer;
    uint32_t abi = 0;                        ///< MKL_ABI_* of the node's kernel
    SharedBytes stub;                        ///< stub page of that ABI
    std::vector<ComponentImage> components;  ///< those of the node, YAML order
};

/// Sorted and checked. nullopt if an error was reported.
std::optional<Spec> build_spec(const Plan& plan, size_t node, const System& system,
                               const Hardware& hardware, const NodeImages& images,
                               DiagnosticSink& sink);

/// Whether frames of a pool are mapped uncached: a kernel other than the built-in one maps normal
/// memory non-shareable, and then no node may cache the pool.
bool pool_is_uncached(const Plan& plan, size_t pool, const System& system);

/// What capDL's own tool does not check and what kills a node at boot: slots inside their table,
/// aligned and disjoint physical addresses, SGI ids, complete threads. False if one was reported
/// (E530, a bug in mkl or an impossible request; `where` is the node's place in the YAML).
bool check_spec(const Spec& spec, const SourceSpan& where, DiagnosticSink& sink);

/// How a queue's or rpc connection's memory is cut: `size:` is all of it, two halves for rpc.
struct QueueShape {
    uint32_t depth = 0;
    uint64_t message_max = 0;  ///< 0: no message fits
};
QueueShape shape_of(const ConnectionRequest& connection);

}  // namespace mkl::capdl
