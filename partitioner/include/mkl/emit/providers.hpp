// SPDX-License-Identifier: BSD-2-Clause
// Who has the providers (clocks, resets, pins, ...) behind a node's devices, and what the node's
// tree therefore says: the facts behind `mkl why`.
#pragma once

#include <string>
#include <vector>

#include "mkl/model/hardware.hpp"
#include "mkl/model/plan.hpp"

namespace mkl {

enum class ProviderVerdict {
    owned,           ///< the node has the provider
    infrastructure,  ///< no registers and no line of its own: every node may have it
    firmware,        ///< no node has it: it stays as firmware set it, the tree has a stub
    shared,          ///< this node and another one have it (`share:`)
    elsewhere,       ///< another node has it and may change it under this one
};

struct ProviderUse {
    std::string device;
    std::string provider;
    std::string property;  ///< first one that names it: "clocks"
    ProviderVerdict verdict = ProviderVerdict::firmware;
    std::string node;  ///< shared, elsewhere: the other node's name
};

/// In tree order of the devices, then in property order; each (device, provider) once.
std::vector<ProviderUse> provider_uses(const Plan& plan, size_t node, const Hardware& hardware);

}  // namespace mkl
