// SPDX-License-Identifier: BSD-2-Clause
// Different devices that cannot be told apart: in one page, on one interrupt line, one stream to an
// IOMMU, on one line or channel of a provider.
#include <algorithm>
#include <map>

#include "mkl/claims/claims.hpp"
#include "mkl/support/text.hpp"
#include "rules_internal.hpp"

namespace mkl::rules {

namespace {

constexpr size_t nobody = SIZE_MAX;

/// Pages of one device, or of the interrupt controller (`device` is `nobody`).
struct Pages {
    PhysRange range;
    size_t node = nobody, device = nobody;
    SourceSpan where;
};

std::vector<Pages> all_pages(const System& system, const Hardware& hardware) {
    std::vector<Pages> out;
    const InterruptController& intc = hardware.controller;
    std::vector<PhysRange> own = intc.regions;
    own.push_back(intc.distributor);
    own.insert(own.end(), intc.others.begin(), intc.others.end());
    for (const PhysRange r : own)
        if (const auto grown = r.grown_to(page_bytes); grown && !r.empty())
            out.push_back({*grown, nobody, nobody, tree_place(hardware, intc.path)});
    for (size_t n = 0; n < system.nodes.size(); n++)
        for (const DeviceClaim& c : device_claims(system, hardware, n))
            for (const PhysRange r : pages_of(hardware.devices[c.device]))
                out.push_back({r, n, c.device, c.where});
    std::stable_sort(out.begin(), out.end(), [](const Pages& a, const Pages& b) {
        return a.range.base() < b.range.base();
    });
    return out;
}

void report_page(const System& system, const Hardware& hardware, const Pages& a, const Pages& b,
                 DiagnosticSink& sink) {
    // Named in YAML order, the controller first.
    const bool a_first = a.node == nobody || (b.node != nobody && a.node < b.node);
    const Pages &first = a_first ? a : b, &second = a_first ? b : a;
    const std::string& path = hardware.devices[second.device].path;
    const PhysRange common = first.range.intersect(second.range);
    const std::string page = cat("page ", hex(common.base()));
    Diagnostic d{.id = "E225", .where = second.where};
    if (first.device == nobody) {
        d.message = cat(path, " of node '", system.nodes[second.node].name.value, "' is in ", page,
                        " with registers of the interrupt controller ", hardware.controller.path);
        d.hint = "remove the device";
    } else {
        d.message = cat(path, " of node '", system.nodes[second.node].name.value, "' and ",
                        hardware.devices[first.device].path, " of node '",
                        system.nodes[first.node].name.value, "' are in one 4 KiB page, ",
                        hex(common.base()));
        d.hint = "give both to one node, or say in `share:` why both may reach the page";
    }
    d.notes = {
        {first.where, first.device == nobody ? "the controller" : "claimed here"}
    };
    sink.report(std::move(d));
}

}  // namespace

void pages_unshared(const System& system, const Hardware& hardware, DiagnosticSink& sink) {
    const std::vector<Pages> pages = all_pages(system, hardware);
    std::vector<const Pages*> open;  // those that may still overlap what comes
    std::map<std::pair<size_t, size_t>, bool> reported;
    for (const Pages& p : pages) {
        std::erase_if(open, [&](const Pages* o) { return o->range.end() <= p.range.base(); });
        for (const Pages* o : open) {
            if (o->node == p.node || o->device == p.device) continue;
            const size_t device = p.device == nobody ? o->device : p.device;
            const size_t other = p.device == nobody ? p.device : o->device;
            if (share_of(system, hardware, device) != nullptr) continue;
            if (other != nobody && share_of(system, hardware, other) != nullptr) continue;
            if (!reported.emplace(std::minmax(device, other), true).second) continue;
            report_page(system, hardware, *o, p, sink);
        }
        open.push_back(&p);
    }
}

void interrupts_unshared(const System& system, const Hardware& hardware, DiagnosticSink& sink) {
    struct Line {
        size_t node, device;
        SourceSpan where;
    };
    std::map<uint32_t, Line> lines;
    for (size_t n = 0; n < system.nodes.size(); n++)
        for (const DeviceClaim& c : device_claims(system, hardware, n)) {
            if (share_of(system, hardware, c.device) != nullptr) continue;
            const Device& d = hardware.devices[c.device];
            for (const DeviceInterrupt& i : d.interrupts) {
                if (!i.root || i.per_cpu) continue;
                const auto [it, fresh] = lines.emplace(i.root->id, Line{n, c.device, c.where});
                if (fresh || it->second.node == n) continue;
                sink.report({.id = "E226",
                             .where = c.where,
                             .message = cat(d.path, " of node '", system.nodes[n].name.value,
                                            "' and ", hardware.devices[it->second.device].path,
                                            " of node '", system.nodes[it->second.node].name.value,
                                            "' are on one interrupt line, ", i.root->id),
                             .notes = {{it->second.where, "claimed here"}},
                             .hint = "give both to one node; a line is delivered to one CPU"});
            }
        }
}

namespace {

bool is_shared(const System& system, const Hardware& hardware, std::string_view path) {
    for (size_t i = 0; i < hardware.devices.size(); i++)
        if (hardware.devices[i].path == path) return share_of(system, hardware, i) != nullptr;
    return false;
}

}  // namespace

void provider_lines_unshared(const System& system, const Hardware& hardware, DiagnosticSink& sink) {
    struct User {
        size_t node, device;
        SourceSpan where;
    };
    std::map<ProviderLine, User> users;
    for (size_t n = 0; n < system.nodes.size(); n++)
        for (const DeviceClaim& c : device_claims(system, hardware, n)) {
            const Device& d = hardware.devices[c.device];
            if (d.lines.empty() || share_of(system, hardware, c.device) != nullptr) continue;
            for (const ProviderLine& line : d.lines) {
                if (line.kind == ProviderLine::Kind::msi) continue;  // W228, E229, N254
                const auto [it, fresh] = users.emplace(line, User{n, c.device, c.where});
                const User& first = it->second;
                if (fresh || first.node == n) continue;
                const bool stream = line.kind == ProviderLine::Kind::stream;
                if (!stream && is_shared(system, hardware, line.provider)) continue;
                sink.report(
                    {.id = stream ? "E252" : "W253",
                     .where = c.where,
                     .message =
                         cat(d.path, " of node '", system.nodes[n].name.value, "' and ",
                             hardware.devices[first.device].path, " of node '",
                             system.nodes[first.node].name.value,
                             stream ? "' are both " : "' both name ", to_text(line),
                             stream ? ", which cannot tell them apart"
                                    : "; it stays as firmware left it, and neither node has it"),
                     .notes = {{first.where, "claimed here"}},
                     .hint = stream ? std::string{"give both to one node, or say in `share:` why "
                                                  "one may reach what the other may"}
                                    : cat("give both and ", line.provider,
                                          " to one node, or say in `share:` who may use it")});
            }
        }
}

}  // namespace mkl::rules
