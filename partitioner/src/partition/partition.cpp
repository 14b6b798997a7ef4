// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/partition/partition.hpp"

#include <algorithm>

#include "mkl/claims/providers.hpp"
#include "steps.hpp"

namespace mkl {

namespace {

using placement::Context;

/// What is not for nodes: firmware's reservations, logs and status pages; and what is left.
void list_reserved(Context& c) {
    Plan& plan = c.plan;
    for (const ReservedRange& r : c.hardware.reserved)
        if (std::any_of(plan.ram.begin(), plan.ram.end(),
                        [&](PhysRange ram) { return ram.overlaps(r.range); }))
            plan.reserved.push_back({r.what, r.range, std::nullopt});
    for (size_t i = 0; i < plan.nodes.size(); i++)
        if (plan.nodes[i].decoy) plan.reserved.push_back({"decoy", *plan.nodes[i].decoy, i});
    for (size_t i = 0; i < plan.nodes.size(); i++)
        if (plan.nodes[i].log) plan.reserved.push_back({"log", *plan.nodes[i].log, i});
    plan.reserved.push_back({"status", plan.status, std::nullopt});
    std::stable_sort(plan.reserved.begin(), plan.reserved.end(),
                     [](const PlanReserved& a, const PlanReserved& b) {
                         return a.range.base() < b.range.base();
                     });
    plan.unassigned = c.space.free();
}

/// Providers, bus masters, firmware.
void list_behind_devices(Context& c) {
    const DeviceOwners owners = device_owners(c.system, c.hardware);
    for (size_t n = 0; n < c.plan.nodes.size(); n++)
        c.plan.nodes[n].providers = provider_uses(c.system, c.hardware, owners, n);
    c.plan.bus_masters = bus_masters(c.system, c.hardware, owners);
    c.plan.firmware = firmware_services(c.hardware, owners, c.plan.nodes.size());
}

}  // namespace

std::optional<Plan> partition(const System& system, const Hardware& hardware, DiagnosticSink& sink,
                              std::span<const KeptPool> kept) {
    const size_t errors = sink.error_count();
    Plan plan;
    plan.architecture = hardware.architecture;
    for (const RamRange& r : hardware.ram) plan.ram.push_back(r.range);
    plan.ram = normalise(std::move(plan.ram));

    Context c{system, hardware, sink, plan, placement::Space{free_ram(hardware)}, kept};
    placement::assign_owners(c);
    placement::choose_keeper(c);
    const bool pools = placement::plan_pools(c) && placement::plan_signals(c);
    if (placement::place_memory(c) && pools && placement::slice_pools(c) &&
        placement::place_files(c))
        placement::place_loader(c);
    if (sink.error_count() == errors) placement::check_untypeds(c);
    if (sink.error_count() != errors) return std::nullopt;
    list_reserved(c);
    placement::plan_components(c);
    list_behind_devices(c);
    placement::write_guarantees(c);
    return plan;
}

}  // namespace mkl
