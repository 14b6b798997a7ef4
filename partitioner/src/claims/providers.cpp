// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/claims/providers.hpp"

#include <algorithm>
#include <map>

namespace mkl {

namespace {

bool trusts(const Hardware& hardware, const DmaTrust& trust, size_t device) {
    const std::vector<size_t> found = select(hardware, trust.device);
    return std::find(found.begin(), found.end(), device) != found.end();
}

std::vector<PhysRange> all_ram(const Hardware& hardware) {
    std::vector<PhysRange> out;
    for (const RamRange& r : hardware.ram) out.push_back(r.range);
    return normalise(std::move(out));
}

}  // namespace

bool calls_firmware(const Device& device) {
    return !device.firmware.empty() && device.firmware != firmware_psci;
}

std::vector<bool> programmable_devices(const Hardware& hardware) {
    std::vector<bool> out;
    std::vector<size_t> above;  // devices that the current one stands below, outermost first
    for (size_t i = 0; i < hardware.devices.size(); i++) {
        const Device& d = hardware.devices[i];
        while (!above.empty() && !is_below_or_at(d.path, hardware.devices[above.back()].path))
            above.pop_back();
        const bool itself = !d.registers.empty() || !d.interrupts.empty() || calls_firmware(d);
        out.push_back(itself || (!above.empty() && out[above.back()]));
        above.push_back(i);
    }
    return out;
}

DeviceOwners device_owners(const System& system, const Hardware& hardware) {
    DeviceOwners out(hardware.devices.size());
    for (size_t n = 0; n < system.nodes.size(); n++)
        for (const DeviceClaim& c : device_claims(system, hardware, n)) {
            // Of a shared device the owner is who `share:` says.
            const ShareRequest* share = share_of(system, hardware, c.device);
            const bool prefer =
                share != nullptr && share->owner.value == system.nodes[n].name.value;
            if (!out[c.device] || prefer) out[c.device] = DeviceOwner{n, c.where};
        }
    return out;
}

std::vector<ProviderUse> provider_uses(const System& system, const Hardware& hardware,
                                       const DeviceOwners& owners, size_t node) {
    std::map<std::string_view, size_t> by_path;
    for (size_t i = 0; i < hardware.devices.size(); i++) by_path[hardware.devices[i].path] = i;
    const std::vector<DeviceClaim> claims = device_claims(system, hardware, node);
    std::vector<bool> mine(hardware.devices.size(), false);
    for (const DeviceClaim& c : claims) mine[c.device] = true;

    const std::vector<bool> programmable = programmable_devices(hardware);
    std::vector<ProviderUse> out;
    for (const DeviceClaim& c : claims)
        for (const std::string& path : hardware.devices[c.device].providers) {
            const auto it = by_path.find(path);
            if (it == by_path.end()) continue;
            const size_t p = it->second;
            const Device& provider = hardware.devices[p];
            ProviderUse use{hardware.devices[c.device].path, path, ProviderVerdict::firmware,
                            std::nullopt, ""};
            const ShareRequest* share = share_of(system, hardware, p);
            if (mine[p] && (share == nullptr || (owners[p] && owners[p]->node == node))) {
                use.verdict = ProviderVerdict::owned;
            } else if (share != nullptr) {
                use.verdict = ProviderVerdict::shared;
                use.owner = system.node_index(share->owner.value);
                use.why = share->why;
            } else if (!programmable[p]) {
                use.verdict =
                    provider.enabled ? ProviderVerdict::infrastructure : ProviderVerdict::firmware;
            } else if (owners[p] && owners[p]->node != node) {
                use.verdict = ProviderVerdict::elsewhere;
                use.owner = owners[p]->node;
            }
            out.push_back(std::move(use));
        }
    return out;
}

std::vector<BusMaster> bus_masters(const System& system, const Hardware& hardware,
                                   const DeviceOwners& owners) {
    const std::vector<PhysRange> ram = all_ram(hardware);
    std::vector<BusMaster> out;
    for (size_t i = 0; i < hardware.devices.size(); i++) {
        const Device& d = hardware.devices[i];
        if (!d.enabled || !d.has_dma) continue;
        BusMaster m{d.path, std::nullopt, d.iommu, ram, "", {}};
        for (const ProviderLine& line : d.lines)
            if (line.kind == ProviderLine::Kind::stream) m.streams.push_back(line);
        if (d.dma_windows) m.reach = intersect(ram, *d.dma_windows);
        if (owners[i]) {
            m.node = owners[i]->node;
            for (const DmaTrust& t : system.nodes[*m.node].dma_trusted)
                if (m.trusted.empty() && trusts(hardware, t, i)) m.trusted = t.why;
        }
        out.push_back(std::move(m));
    }
    return out;
}

std::vector<FirmwareService> firmware_services(const Hardware& hardware, const DeviceOwners& owners,
                                               size_t nodes) {
    std::vector<FirmwareService> out;
    for (size_t i = 0; i < hardware.devices.size(); i++) {
        const Device& d = hardware.devices[i];
        if (d.firmware.empty() || !d.enabled) continue;
        FirmwareService service{d.path, d.firmware, {}};
        for (size_t n = 0; n < nodes; n++)
            if (!calls_firmware(d) || (owners[i] && owners[i]->node == n))
                service.callers.push_back(n);
        out.push_back(std::move(service));
    }
    return out;
}

}  // namespace mkl
