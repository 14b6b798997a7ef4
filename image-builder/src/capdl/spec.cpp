// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/capdl/spec.hpp"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <tuple>

#include "mkl/abi/component.h"

namespace mkl::capdl {

Type type_of(CapKind kind) {
    switch (kind) {
    case CapKind::irq_control:
        return Type::irq_control;
    case CapKind::asid_control:
        return Type::asid_control;
    case CapKind::domain:
        return Type::domain;
    case CapKind::sched_control:
        return Type::sched_control;
    case CapKind::smc:
        return Type::smc;
    case CapKind::device_untyped:
    case CapKind::untyped:
        break;
    }
    return Type::untyped;
}

bool abi_has_scheduling_contexts(uint32_t abi) {
    return abi == MKL_ABI_AARCH64_MCS || abi == MKL_ABI_AARCH64_HYP_MCS ||
           abi == MKL_ABI_RISCV64_MCS;
}

std::string_view abi_name(uint32_t abi) {
    if (abi_is_hypervisor(abi)) return abi_has_scheduling_contexts(abi) ? "hyp-mcs" : "hyp";
    return abi_has_scheduling_contexts(abi) ? "mcs" : "classic";
}

bool abi_is_hypervisor(uint32_t abi) {
    return abi == MKL_ABI_AARCH64_HYP || abi == MKL_ABI_AARCH64_HYP_MCS;
}

// Sizes of seL4 16.0.0.
uint8_t retype_bits(const Object& object, uint32_t abi) {
    switch (object.type) {
    case Type::endpoint:
        return 4;
    case Type::notification:
        return abi_has_scheduling_contexts(abi) ? 6 : 5;
    case Type::cnode:
        return static_cast<uint8_t>(object.size_bits + 5);
    case Type::tcb:
        return 11;
    case Type::frame:
    case Type::sched_context:
    case Type::untyped:
        return object.size_bits;
    case Type::reply:
        return 5;
    case Type::vspace:
        return abi_is_hypervisor(abi) ? 13 : 12;
    case Type::page_table:
        return 12;
    case Type::irq:
    case Type::sgi_signal:
    case Type::irq_control:
    case Type::asid_control:
    case Type::domain:
    case Type::sched_control:
    case Type::smc:
        return 0;
    }
    return 0;
}

void sort_objects(Spec& spec) {
    std::vector<ObjectId> order(spec.objects.size());
    std::iota(order.begin(), order.end(), ObjectId{0});
    std::sort(order.begin(), order.end(), [&](ObjectId a, ObjectId b) {
        const Object& x = spec.objects[a];
        const Object& y = spec.objects[b];
        const auto key = [&](const Object& o) {
            return std::tuple{!o.paddr.has_value(), o.paddr.value_or(0),
                              255 - retype_bits(o, spec.abi)};
        };
        return std::tuple{key(x), std::string_view{x.name}} <
               std::tuple{key(y), std::string_view{y.name}};
    });
    std::vector<ObjectId> new_id(order.size());
    std::vector<Object> sorted;
    sorted.reserve(order.size());
    for (const ObjectId old : order) {
        new_id[old] = sorted.size();
        sorted.push_back(std::move(spec.objects[old]));
    }
    for (Object& object : sorted) {
        for (Cap& cap : object.slots) cap.object = new_id[cap.object];
        std::sort(object.slots.begin(), object.slots.end(),
                  [](const Cap& a, const Cap& b) { return a.slot < b.slot; });
    }
    spec.objects = std::move(sorted);
    for (Console& console : spec.consoles) console.frame = new_id[console.frame];
    if (spec.console_notification) spec.console_notification = new_id[*spec.console_notification];
    for (Doorbell& doorbell : spec.doorbells) {
        if (doorbell.irq) doorbell.irq = new_id[*doorbell.irq];
        for (Bell& bell : doorbell.bells) bell.notification = new_id[bell.notification];
    }
    if (spec.fault_endpoint) spec.fault_endpoint = new_id[*spec.fault_endpoint];
}

}  // namespace mkl::capdl
