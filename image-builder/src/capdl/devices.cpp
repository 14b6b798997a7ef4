// SPDX-License-Identifier: BSD-2-Clause
// Devices of components: registers mapped, interrupts delivered to the inbox.
#include <algorithm>

#include "mkl/claims/claims.hpp"
#include "mkl/support/text.hpp"
#include "wiring.hpp"

namespace mkl::capdl {

namespace {

/// "regs", then "regs1", "regs2": a device may have several of what one name stands for.
std::string numbered(const std::string& name, size_t count) {
    return count == 0 ? name : cat(name, count);
}

}  // namespace

void Wiring::add_devices() {
    for (Component& component : components_) {
        const ComponentRequest& request = component.request();
        for (const ComponentDevice& device : request.devices) add_device(component, device);
        add_dma(component);
        add_files(component);
        check_time(component.request());
    }
    route_faults();
}

void Wiring::add_device(Component& component, const ComponentDevice& request) {
    const std::vector<std::string>& owned = plan_.nodes[node_].devices;
    size_t found = 0, registers = 0, interrupts = 0;
    for (const size_t index : select(hardware_, request.device)) {
        const Device& device = hardware_.devices[index];
        if (std::find(owned.begin(), owned.end(), device.path) == owned.end()) {
            report("E533", request.device.where,
                   cat("component '", component.request().name.value, "' uses ", device.path,
                       ", which node '", spec_.node, "' does not own"),
                   cat("add it to the devices of node '", spec_.node, "'"));
            return;
        }
        found++;
        if (!request.map.empty()) map_registers(component, request, device, registers);
        if (!request.irq.empty()) deliver_interrupts(component, request, device, interrupts);
    }
    const auto nothing = [&](std::string_view what) {
        report("E534", request.device.where,
               cat(to_text(request.device), " has no ", what, " for component '",
                   component.request().name.value, "'"),
               "name another device, or leave that key out");
    };
    if (found == 0) return nothing("match on the board");
    if (!request.map.empty() && registers == 0) nothing("registers");
    if (!request.irq.empty() && interrupts == 0) nothing("interrupt of the root controller");
}

void Wiring::map_registers(Component& component, const ComponentDevice& request,
                           const Device& device, size_t& count) {
    for (const PhysRange registers : device.registers) {
        const auto pages = registers.grown_to(small_page);
        if (!pages || registers.empty()) continue;
        std::vector<ObjectId>& mapped = device_frames_[*pages];
        if (mapped.empty())
            mapped = frames(cat("device_", hex(pages->base())), pages->size_bytes(),
                            pages->base().value);
        const uint64_t at = component.map_device(mapped);
        component.add_end(numbered(request.map, count++),
                          {MKL_END_DEVICE, at + (registers.base().value - pages->base().value),
                           registers.size_bytes(), registers.base().value, 0},
                          request.device.where);
    }
}

void Wiring::deliver_interrupts(Component& component, const ComponentDevice& request,
                                const Device& device, size_t& count) {
    for (const DeviceInterrupt& interrupt : device.interrupts) {
        if (!interrupt.root || interrupt.per_cpu) continue;
        const Irq line = *interrupt.root;
        if (!device_irqs_.insert(line.id).second) {
            report("E535", request.device.where,
                   cat("interrupt ", line.id, " of ", device.path, " is delivered twice on node '",
                       spec_.node, "'"),
                   "let one component take it, and signal the other");
            return;
        }
        const auto badge = component.next_badge(request.device.where);
        if (!badge) return;
        const ObjectId irq = add_object(spec_, Type::irq, cat("irq_", line.id));
        spec_.objects[irq].irq = line.id;
        spec_.objects[irq].edge = line.trigger == Trigger::edge;
        Cap deliver;
        deliver.object = component.inbox();
        deliver.rights = right_write;
        deliver.badge = *badge;
        spec_.objects[irq].slots.push_back(deliver);
        Cap handler;
        handler.object = irq;
        component.add_end(numbered(request.irq, count++),
                          {MKL_END_CONSUME, *badge, component.add_cap(handler), 0, 0},
                          request.device.where);
    }
}

}  // namespace mkl::capdl
