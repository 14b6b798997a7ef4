// SPDX-License-Identifier: BSD-2-Clause
// `board: {firmware-tree: ..}`; docs/boot-interface.md, section 1, step 5.
#include <algorithm>

#include "mkl/rules/rules.hpp"
#include "mkl/support/text.hpp"

namespace mkl {

namespace {

struct Claim {
    std::string what;
    PhysRange range;
};

std::vector<Claim> claims_of(const Plan& plan) {
    std::vector<Claim> out{
        {"the loader",                plan.loader},
        {"the array of status pages", plan.status}
    };
    for (const PlanNode& n : plan.nodes) {
        for (const PhysRange& r : n.memory) out.push_back({cat("node '", n.name, "'"), r});
        if (n.log) out.push_back({cat("the log of '", n.name, "'"), *n.log});
        if (n.decoy) out.push_back({cat("the decoy distributor of '", n.name, "'"), *n.decoy});
    }
    for (const PlanPool& p : plan.pools) out.push_back({cat("pool '", p.name, "'"), p.range});
    return out;
}

/// As the loader sees it (elfloader/core/firmware.cpp): a reservation is firmware's, unless it may
/// be mapped and is some driver's pool.
bool is_kept(const Hardware& firmware, const ReservedRange& range) {
    const DtNode* node = firmware.tree.find(range.what);  // none: /memreserve/
    return range.no_map || node == nullptr ||
           (node->property("reusable") == nullptr && node->property("compatible") == nullptr);
}

std::string_view name_of(InterruptControllerType type) {
    switch (type) {
    case InterruptControllerType::gicv2:
        return "a GICv2";
    case InterruptControllerType::gicv3:
        return "a GICv3";
    case InterruptControllerType::plic:
        return "a PLIC";
    case InterruptControllerType::none:
        break;
    }
    return "none";
}

std::string controller_text(const InterruptController& c) {
    std::string out = cat(name_of(c.type), " at ", hex(c.distributor.base()));
    if (!c.regions.empty()) out += cat(" and ", hex(c.regions.front().base()));
    return out;
}

bool same_controller(const InterruptController& a, const InterruptController& b) {
    const auto first = [](const InterruptController& c) {
        return c.regions.empty() ? PhysAddr{0} : c.regions.front().base();
    };
    return a.type == b.type && a.distributor.base() == b.distributor.base() && first(a) == first(b);
}

}  // namespace

bool compare_with_firmware(const Plan& plan, const Hardware& board, const Hardware& firmware,
                           const SourceSpan& where, DiagnosticSink& sink) {
    bool agrees = true;
    const auto refuse = [&](std::string message, std::string hint) {
        agrees = false;
        sink.report({.id = "E260",
                     .where = where,
                     .message = std::move(message),
                     .notes = {},
                     .hint = std::move(hint)});
    };
    std::vector<PhysRange> ram;
    for (const RamRange& r : firmware.ram) ram.push_back(r.range);
    ram = normalise(std::move(ram));
    for (const Claim& claim : claims_of(plan)) {
        const std::vector<PhysRange> left = subtract(std::span{&claim.range, 1}, ram);
        if (!left.empty())
            refuse(cat(claim.what, " has ", claim.range, ", of which ", left.front(),
                       " is not RAM in firmware's tree"),
                   "the loader would refuse to boot: give less memory, or another base");
        for (const ReservedRange& r : firmware.reserved)
            if (claim.range.overlaps(r.range) && is_kept(firmware, r))
                refuse(cat(claim.what, " has ", claim.range, ", of which firmware keeps ", r.range,
                           " (", r.what, ")"),
                       cat("add {base: ", hex(r.range.base()),
                           ", size: ", hex(r.range.size_bytes()), "} to `board: {reserve: [..]}`"));
    }
    if (!same_controller(board.controller, firmware.controller))
        refuse(cat("the interrupt controller is ", controller_text(firmware.controller),
                   " in firmware's tree, ", controller_text(board.controller), " in the board's"),
               "take the tree of this very board");
    return agrees;
}

}  // namespace mkl
