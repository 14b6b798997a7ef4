// SPDX-License-Identifier: BSD-2-Clause
// Capabilities of components beside their connections, and the node's domains: what the kernel was
// not configured for is found here, where that is known.
#include <algorithm>
#include <bit>

#include "mkl/capdl/allocation.hpp"
#include "mkl/support/text.hpp"
#include "wiring.hpp"

namespace mkl::capdl {

namespace {

/// Where a program looks for it: as seL4's initial thread does.
std::optional<uint32_t> slot_of(const ComponentCap& cap) {
    if (cap.slot) return cap.slot->value;
    switch (cap.kind) {
    case CapKind::irq_control:
        return MKL_PLAIN_SLOT_IRQ_CONTROL;
    case CapKind::asid_control:
        return MKL_PLAIN_SLOT_ASID_CONTROL;
    case CapKind::domain:
        return MKL_PLAIN_SLOT_DOMAIN;
    case CapKind::smc:
        return MKL_PLAIN_SLOT_SMC;
    case CapKind::sched_control:
    case CapKind::device_untyped:
    case CapKind::untyped:
        break;
    }
    return std::nullopt;
}

Cap full(ObjectId object) {
    Cap cap;
    cap.object = object;
    cap.rights = right_read | right_write | right_grant;
    return cap;
}

}  // namespace

void Wiring::add_authority() {
    for (Component& component : components_) add_caps(component);
    schedule_domains();
}

bool Wiring::kernel_has(const ComponentRequest& request, const ComponentCap& cap) {
    const auto lacks = [&](std::string_view what, std::string hint) {
        report("E539", cap.name.where,
               cat("component '", request.name.value, "' holds ", to_text(cap.kind),
                   ", which the kernel of node '", spec_.node, "' does not have: ", what),
               std::move(hint));
        return false;
    };
    if (cap.kind == CapKind::sched_control && !abi_has_scheduling_contexts(spec_.abi))
        return lacks("it is not an MCS kernel", "remove it, or give the node an MCS kernel");
    if (cap.kind == CapKind::smc && !kernel_.smc)
        return lacks("it makes no SMC calls for others",
                     "remove it, or give the node a seL4 built with KernelAllowSMCCalls");
    if (cap.kind == CapKind::irq_control && plan_.nodes[node_].decoy)
        return lacks("its distributor is a decoy, so a line that is opened at run time stays off",
                     "name the line with `devices: {..: {irq: NAME}}`");
    return true;
}

ObjectId Wiring::control(CapKind kind) {
    const auto [at, is_new] = controls_.emplace(kind, 0);
    if (is_new) {
        std::string name{to_text(kind)};
        std::replace(name.begin(), name.end(), '-', '_');
        at->second = add_object(spec_, type_of(kind), std::move(name));
    }
    return at->second;
}

void Wiring::add_caps(Component& component) {
    const ComponentRequest& request = component.request();
    const auto request_index = static_cast<size_t>(&request - system_.components.data());
    for (const ComponentCap& cap : request.caps) {
        if (cap.kind == CapKind::device_untyped) {
            const auto& held = plan_.nodes[node_].authority;
            const auto cap_index = static_cast<size_t>(&cap - request.caps.data());
            for (size_t i = 0; i < held.size(); i++)
                if (held[i].component == request_index && held[i].cap == cap_index)
                    add_device_untypeds(component, cap, i);
            continue;
        }
        if (!kernel_has(request, cap)) continue;
        const bool ram = cap.kind == CapKind::untyped;
        const auto bits = static_cast<uint8_t>(ram ? std::countr_zero(cap.size->value) : 0);
        const ObjectId object =
            ram ? add_object(spec_, Type::untyped,
                             cat(request.name.value, "_untyped_", cap.name.value), bits)
                : control(cap.kind);
        component.add_end(cap.name.value,
                          {MKL_END_CAP, component.add_cap(full(object), slot_of(cap)),
                           static_cast<uint64_t>(type_of(cap.kind)), bits, 0},
                          cap.name.where);
    }
}

/// Each range of pages as the fewest untypeds that its kernel can have.
void Wiring::add_device_untypeds(Component& component, const ComponentCap& cap, size_t index) {
    Untypeds cut;
    for (const PhysRange pages : plan_.nodes[node_].authority[index].pages)
        cut.add(pages, true, max_untyped_bits(spec_.architecture), SIZE_MAX);
    uint32_t count = 0;
    for (const UntypedPiece& piece : cut.pieces()) {
        const ObjectId object =
            add_object(spec_, Type::untyped, cat("untyped_", hex(piece.base)), piece.bits);
        spec_.objects[object].paddr = piece.base;
        spec_.objects[object].device = true;
        const auto slot = count == 0 ? slot_of(cap) : std::nullopt;
        component.add_end(count == 0 ? cap.name.value : cat(cap.name.value, count),
                          {MKL_END_CAP, component.add_cap(full(object), slot), MKL_OBJ_UNTYPED,
                           piece.bits, piece.base},
                          cap.name.where);
        count++;
    }
}

void Wiring::schedule_domains() {
    const std::vector<PlanDomain>& turns = plan_.nodes[node_].domains;
    const NodeRequest& node = system_.nodes[node_];
    const auto lacks = [&](std::string message, std::string hint) {
        report("E539", node.domains.empty() ? node.where : node.domains.front().domain.where,
               std::move(message), std::move(hint));
    };
    for (const PlanDomain& turn : turns) {
        if (turn.domain >= kernel_.domains)
            return lacks(cat("domain ", turn.domain, " of node '", spec_.node,
                             "' does not exist: its kernel has ", kernel_.domains),
                         cat("build the kernel with KernelNumDomains=", turn.domain + 1,
                             " or more, or use lower ones"));
        const auto ticks = static_cast<uint64_t>(static_cast<unsigned __int128>(turn.time_us) *
                                                 kernel_.ticks_per_second / 1000000);
        spec_.domains.push_back({turn.domain, std::max<uint64_t>(ticks, 1)});
    }
    // Entry 0 is the one the kernel boots with, the last one always its end.
    if (!turns.empty() && turns.size() + 2 > kernel_.domain_entries)
        lacks(cat("the domain schedule of node '", spec_.node, "' has ", turns.size(),
                  " turns; its kernel has ", kernel_.domain_entries,
                  " entries, the first and the last of which are not the node's"),
              "use fewer turns, or build the kernel with more KernelNumDomainSchedules");
}

}  // namespace mkl::capdl
