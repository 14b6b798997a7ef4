// SPDX-License-Identifier: BSD-2-Clause
// The written forms of a spec.
#pragma once

#include <string>

#include "mkl/capdl/spec.hpp"
#include "mkl/support/byte_rope.hpp"

namespace mkl::capdl {

/// capDL text in the grammar that capdl 0.5.0 parses. Fills name files: components by
/// COMPONENT.elf, generated pages by COMPONENT.startup, the stub page by its file in share/mkl.
std::string to_cdl(const Spec& spec);

/// JSON exactly per the spec types of rust-sel4 v5.0.0. Those have no SGI: a spec that sends one
/// has object and cap `SGISignal {irq, target}`, which the au-ts fork reads and v5.0.0 refuses; nor
/// IRQControl, ASIDControl and SchedControl, which stand there under these names.
std::string to_json(const Spec& spec);
bool needs_extension(const Spec& spec);

/// mkl/abi/capdl.h. Page data stands at multiples of 4 KiB from the header.
ByteRope to_binary(const Spec& spec);

}  // namespace mkl::capdl
