// SPDX-License-Identifier: BSD-2-Clause
// The kernel of a node: mkl's own or the user's, with what its files say about it.
#pragma once

#include <optional>

#include "inputs.hpp"
#include "layout.hpp"
#include "mkl/capdl/build.hpp"
#include "mkl/sel4/check.hpp"

namespace mkl {

struct NodeKernel {
    Program program;
    ElfOrigin origin;
    uint32_t protocol = MKL_PROTOCOL_MKL;
    std::optional<sel4::Kernel> sel4;  ///< a seL4 of the user's
    /// Which initialiser and stub page serve it.
    sel4::Abi abi;
    capdl::KernelOffer offer;  ///< what components can ask of it
    bool at_el2() const { return sel4 && sel4->config.hypervisor; }
};

/// nullopt with a finding: an error, or note N541 if it is not built yet.
std::optional<NodeKernel> load_kernel(const Plan& plan, size_t node, const System& system,
                                      const Hardware& hardware, Inputs& inputs,
                                      DiagnosticSink& sink);

}  // namespace mkl
