// SPDX-License-Identifier: BSD-2-Clause
// What a node's kernel will leave its root task: untypeds and empty slots.
#pragma once

#include "mkl/artefacts/artefacts.hpp"
#include "mkl/capdl/allocation.hpp"
#include "node_kernel.hpp"

namespace mkl {

/// `record` is the node's, with the addresses of `layout`.
capdl::NodeRoom node_room(const NodeKernel& kernel, const capdl::Spec& spec,
                          const NodeLayout& layout, std::span<const std::byte> record,
                          Architecture architecture);

}  // namespace mkl
