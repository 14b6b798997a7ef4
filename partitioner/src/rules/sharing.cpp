// SPDX-License-Identifier: BSD-2-Clause
// Different devices that cannot be told apart: in one page, on one interrupt line, one stream to an
// IOMMU, on one line or channel of a provider.
#include <algorithm>
#include <map>
#include <set>

#include "mkl/claims/claims.hpp"
#include "mkl/support/text.hpp"
#include "rules_internal.hpp"

namespace mkl::rules {

namespace {

constexpr size_t nobody = SIZE_MAX;

/// Pages of one device of a node, or (`device` is `nobody`) of what no node may have.
struct Pages {
    PhysRange range;
    size_t node = nobody, device = nobody;
    SourceSpan where;
    std::string what = {};  ///< that no node may have
};

struct Claimer {
    size_t node, device;
    SourceSpan where;
};

/// "/a of node 'x' and /b of node 'y'"
std::string both(const System& system, const Hardware& hardware, const Claimer& a,
                 const Claimer& b) {
    const auto name = [&](const Claimer& c) {
        return cat(hardware.devices[c.device].path, " of node '", system.nodes[c.node].name.value,
                   "'");
    };
    return cat(name(a), " and ", name(b));
}

/// The first that claimed `key`, if it is of another node than `c`.
template <class Key>
const Claimer* first_elsewhere(std::map<Key, Claimer>& first, const Key& key, const Claimer& c) {
    const auto [it, fresh] = first.emplace(key, c);
    return fresh || it->second.node == c.node ? nullptr : &it->second;
}

std::vector<Pages> all_pages(const System& system, const Hardware& hardware) {
    std::vector<Pages> out;
    const InterruptController& intc = hardware.controller;
    std::vector<PhysRange> own = intc.regions;
    own.push_back(intc.distributor);
    own.insert(own.end(), intc.others.begin(), intc.others.end());
    for (const PhysRange r : own)
        if (const auto grown = r.grown_to(page_bytes); grown && !r.empty())
            out.push_back({*grown, nobody, nobody, tree_place(hardware, intc.path),
                           cat("the interrupt controller ", intc.path)});
    for (const Device& d : hardware.devices)
        if (d.interrupts_harts)
            for (const PhysRange r : pages_of(d))
                out.push_back({r, nobody, nobody, tree_place(hardware, d.path),
                               cat(d.path, ", which interrupts every hart")});
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
                        " with registers of ", first.what);
        d.hint = "remove the device";
    } else {
        d.message = cat(both(system, hardware, {second.node, second.device, {}},
                             {first.node, first.device, {}}),
                        " are in one 4 KiB page, ", hex(common.base()));
        d.hint = "give both to one node, or say in `share:` why both may reach the page";
    }
    d.notes = {
        {first.where, first.device == nobody ? "no node's" : "claimed here"}
    };
    sink.report(std::move(d));
}

bool is_shared(const System& system, const Hardware& hardware, std::string_view path) {
    for (size_t i = 0; i < hardware.devices.size(); i++)
        if (hardware.devices[i].path == path) return share_of(system, hardware, i) != nullptr;
    return false;
}

}  // namespace

bool share_page(const Device& a, const Device& b) {
    const std::vector<PhysRange> pages = pages_of(b);
    for (const PhysRange page : pages_of(a))
        if (std::any_of(pages.begin(), pages.end(),
                        [&](PhysRange other) { return page.overlaps(other); }))
            return true;
    return false;
}

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
            // A reason does not make room beside registers that are no node's.
            if (other != nobody && (share_of(system, hardware, device) != nullptr ||
                                    share_of(system, hardware, other) != nullptr))
                continue;
            if (!reported.emplace(std::minmax(device, other), true).second) continue;
            report_page(system, hardware, *o, p, sink);
        }
        open.push_back(&p);
    }
}

void interrupts_unshared(const System& system, const Hardware& hardware, DiagnosticSink& sink) {
    std::map<uint32_t, Claimer> lines;
    for (size_t n = 0; n < system.nodes.size(); n++)
        for (const DeviceClaim& c : device_claims(system, hardware, n)) {
            if (share_of(system, hardware, c.device) != nullptr) continue;
            const Device& d = hardware.devices[c.device];
            for (const DeviceInterrupt& i : d.interrupts) {
                if (!i.root || i.per_cpu) continue;
                const Claimer claimer{n, c.device, c.where};
                const Claimer* other = first_elsewhere(lines, i.root->id, claimer);
                if (other == nullptr) continue;
                sink.report({.id = "E226",
                             .where = c.where,
                             .message = cat(both(system, hardware, claimer, *other),
                                            " are on one interrupt line, ", i.root->id),
                             .notes = {{other->where, "claimed here"}},
                             .hint = "give both to one node; a line is delivered to one CPU"});
            }
        }
}

namespace {

struct StreamUser {
    Claimer claimer;
    const ProviderLine* line;
};

void report_stream(const System& system, const Hardware& hardware, const StreamUser& user,
                   const StreamUser& first, DiagnosticSink& sink) {
    const ProviderLine &line = *user.line, &its = *first.line;
    const std::string who = both(system, hardware, user.claimer, first.claimer);
    sink.report(
        {.id = "E252",
         .where = user.claimer.where,
         .message =
             line == its
                 ? cat(who, " are both ", to_text(line), ", which cannot tell them apart")
                 : cat(who, " have streams in common: ", ids_text(line), " and ", ids_text(its),
                       " of ", line.provider, ", which cannot tell them apart"),
         .notes = {{first.claimer.where, "claimed here"}},
         .hint = "give both to one node, or say in `share:` why one may reach what the other may"});
}

}  // namespace

void streams_unshared(const System& system, const Hardware& hardware, DiagnosticSink& sink) {
    std::map<std::string_view, std::vector<StreamUser>> users;  // by IOMMU
    std::set<std::pair<size_t, size_t>> reported;               // devices
    for (size_t n = 0; n < system.nodes.size(); n++)
        for (const DeviceClaim& c : device_claims(system, hardware, n)) {
            const Device& d = hardware.devices[c.device];
            if (d.lines.empty() || share_of(system, hardware, c.device) != nullptr) continue;
            for (const ProviderLine& line : d.lines) {
                if (line.kind != ProviderLine::Kind::stream) continue;
                const StreamUser user{
                    {n, c.device, c.where},
                    &line
                };
                std::vector<StreamUser>& others = users[line.provider];
                for (const StreamUser& first : others)
                    if (first.claimer.node != n && meet(*first.line, line) &&
                        reported.emplace(first.claimer.device, c.device).second)
                        report_stream(system, hardware, user, first, sink);
                others.push_back(user);
            }
        }
}

void provider_lines_unshared(const System& system, const Hardware& hardware, DiagnosticSink& sink) {
    using Kind = ProviderLine::Kind;
    std::map<ProviderLine, Claimer> users;
    for (size_t n = 0; n < system.nodes.size(); n++)
        for (const DeviceClaim& c : device_claims(system, hardware, n)) {
            const Device& d = hardware.devices[c.device];
            if (d.lines.empty() || share_of(system, hardware, c.device) != nullptr) continue;
            for (const ProviderLine& line : d.lines) {
                // Streams: E252; messages: W228, E229, N254.
                if (line.kind == Kind::stream || line.kind == Kind::msi) continue;
                const Claimer claimer{n, c.device, c.where};
                const Claimer* first = first_elsewhere(users, line, claimer);
                if (first == nullptr || is_shared(system, hardware, line.provider)) continue;
                sink.report(
                    {.id = "W253",
                     .where = c.where,
                     .message =
                         cat(both(system, hardware, claimer, *first), " both name ", to_text(line),
                             "; it stays as firmware left it, and neither node has it"),
                     .notes = {{first->where, "claimed here"}},
                     .hint = cat("give both and ", line.provider,
                                 " to one node, or say in `share:` who may use it")});
            }
        }
}

}  // namespace mkl::rules
