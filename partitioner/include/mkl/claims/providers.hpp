// SPDX-License-Identifier: BSD-2-Clause
// What stands behind a node's devices: who has each provider, who can master the bus, and which
// firmware answers calls.
#pragma once

#include <vector>

#include "mkl/claims/claims.hpp"
#include "mkl/model/plan.hpp"

namespace mkl {

/// Firmware other than PSCI: exclusive, as registers are.
bool calls_firmware(const Device& device);

/// By device: whether there is something that a driver programs or calls (registers, a line,
/// firmware) in it or in a device that it stands below. Without these every node may have a copy.
std::vector<bool> programmable_devices(const Hardware& hardware);

/// First owner of each device (index in Hardware::devices).
struct DeviceOwner {
    size_t node = 0;
    SourceSpan where;
};
using DeviceOwners = std::vector<std::optional<DeviceOwner>>;
DeviceOwners device_owners(const System& system, const Hardware& hardware);

/// Every provider of every device of the node, in tree order of the devices.
std::vector<ProviderUse> provider_uses(const System& system, const Hardware& hardware,
                                       const DeviceOwners& owners, size_t node);

/// Every enabled device that can master the bus.
std::vector<BusMaster> bus_masters(const System& system, const Hardware& hardware,
                                   const DeviceOwners& owners);

/// Enabled firmware services, and the nodes that are told of each: for PSCI all, else its owner.
std::vector<FirmwareService> firmware_services(const Hardware& hardware, const DeviceOwners& owners,
                                               size_t nodes);

}  // namespace mkl
