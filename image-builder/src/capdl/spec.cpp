// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/capdl/spec.hpp"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <tuple>

namespace mkl::capdl {

uint8_t retype_bits(const Object& object) {
    // seL4 16.0.0, non-MCS; MCS differs in nothing that is built here but the notification, 6.
    switch (object.type) {
    case Type::endpoint:
        return 4;
    case Type::notification:
        return 5;
    case Type::cnode:
        return static_cast<uint8_t>(object.size_bits + 5);
    case Type::tcb:
        return 11;
    case Type::frame:
        return object.size_bits;
    case Type::vspace:
    case Type::page_table:
        return 12;
    case Type::irq:
    case Type::sgi_signal:
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
        const auto key = [](const Object& o) {
            return std::tuple{!o.paddr.has_value(), o.paddr.value_or(0), 255 - retype_bits(o)};
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
        doorbell.irq = new_id[doorbell.irq];
        for (Bell& bell : doorbell.bells) bell.notification = new_id[bell.notification];
    }
    if (spec.fault_endpoint) spec.fault_endpoint = new_id[*spec.fault_endpoint];
}

}  // namespace mkl::capdl
