// SPDX-License-Identifier: BSD-2-Clause
// Other boards made from a board: the same for the same seed on every machine.
#pragma once

#include <cstdint>

#include "mkl/model/device_tree.hpp"
#include "mkl/model/hardware.hpp"
#include "mkl/model/system.hpp"

namespace mkl::test {

/// What vendors do to a tree: switches devices on and off, leaves nodes, labels and properties out.
void vary(DeviceTree& tree, uint32_t seed);

/// Gives every enabled device that can be claimed to one of the two nodes of `system`, or to none;
/// in thirds. What the rules refuse is taken back.
void deal_out_devices(System& system, const Hardware& hardware, uint32_t seed);

}  // namespace mkl::test
