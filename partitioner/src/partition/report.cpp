// SPDX-License-Identifier: BSD-2-Clause
// What the plan means, in words: who enforces what, which device can write to whose memory, which
// firmware answers whom, and what stands behind the devices. docs/partitioning.md, "The report".
#include <algorithm>
#include <map>

#include "map_rows.hpp"
#include "mkl/claims/claims.hpp"
#include "mkl/partition/map.hpp"
#include "mkl/support/join.hpp"
#include "mkl/support/text.hpp"
#include "table.hpp"

namespace mkl {

namespace {

using placement::about_size;
using placement::text_table;
using Rows = std::vector<std::vector<std::string>>;

/// Lines of at most `width` characters, cut at blanks, each behind `indent`.
std::string wrapped(std::string_view text, std::string_view indent, size_t width) {
    std::string out;
    while (!text.empty()) {
        size_t cut = text.size();
        if (cut > width) {
            cut = text.rfind(' ', width);
            if (cut == std::string_view::npos || cut == 0)
                cut = std::min(text.find(' '), text.size());
        }
        out += cat(indent, text.substr(0, cut), "\n");
        text.remove_prefix(std::min(cut + 1, text.size()));
    }
    return out;
}

std::string guarantees(const Plan& plan) {
    const auto same = [](const Guarantee& a, const Guarantee& b) {
        return a.resource == b.resource && a.by == b.by && a.text == b.text;
    };
    std::string out = "Who enforces what\n" + wrapped(guarantee_preamble(), "  ", 96);
    for (size_t i = 0; i < plan.nodes.size(); i++) {
        const std::vector<Guarantee>& mine = plan.nodes[i].guarantees;
        out += cat("\n  ", plan.nodes[i].name, "\n");
        for (const Guarantee& g : mine) {
            // A row that another node has word for word is not said again.
            size_t first = i;
            for (size_t k = 0; k < i && first == i; k++)
                for (const Guarantee& other : plan.nodes[k].guarantees)
                    if (same(g, other)) first = k;
            std::string head = cat("    ", g.resource);
            head.append(head.size() < 22 ? 22 - head.size() : 1, ' ');
            head += to_text(g.by);
            if (first != i) {
                out += cat(head, ", as ", plan.nodes[first].name, "\n");
                continue;
            }
            out += head + '\n' + wrapped(g.text, "      ", 92);
        }
    }
    return out;
}

/// "node0 0x..+.., pool", whose memory the ranges are.
std::string whose(const Plan& plan, const std::vector<PhysRange>& ranges) {
    if (ranges == plan.ram) return "all RAM";
    if (ranges.empty()) return "no RAM";
    std::vector<std::string> names;
    for (const PlanNode& n : plan.nodes)
        if (!intersect(n.memory, ranges).empty()) names.push_back(n.name);
    for (const PlanPool& p : plan.pools)
        if (covers(ranges, p.range)) names.push_back(p.name);
    uint64_t bytes = 0;
    for (const PhysRange r : ranges) bytes += r.size_bytes();
    return cat(about_size(bytes), " of RAM", names.empty() ? "" : ", of " + join(names));
}

/// What the IOMMUs that the master names tell it by.
std::string streams(const BusMaster& m) {
    if (m.iommu.empty()) return "-";
    std::string out;
    for (const ProviderLine& line : m.streams) {
        const std::string ids = ids_text(line);
        if (ids.empty()) continue;
        out += cat(out.empty() ? "" : "; ", ids);
        if (line.provider != m.iommu) out += cat(" of ", line.provider);
    }
    return out.empty() ? "not numbered in the tree" : out;
}

std::string dma(const Plan& plan) {
    Rows rows{
        {"device", "owner", "IOMMU", "streams", "can reach", "trusted because"}
    };
    size_t free_masters = 0;
    for (const BusMaster& m : plan.bus_masters) {
        if (!m.node) {
            free_masters++;
            continue;
        }
        rows.push_back({m.device, plan.nodes[*m.node].name, m.iommu.empty() ? "none" : m.iommu,
                        streams(m),
                        m.iommu.empty() ? whose(plan, m.reach) : "what its IOMMU lets through",
                        m.trusted.empty() ? "-" : m.trusted});
    }
    std::string out = "DMA\n";
    out +=
        rows.size() == 1 ? "  No node owns a device that can master the bus.\n" : text_table(rows);
    if (free_masters != 0)
        out += cat("  ", free_masters, free_masters == 1 ? " more stands" : " more stand",
                   " as firmware left ", free_masters == 1 ? "it" : "them", " and no node owns ",
                   free_masters == 1 ? "it" : "them", "; plan.json names each.\n");
    const bool behind = std::any_of(plan.bus_masters.begin(), plan.bus_masters.end(),
                                    [](const BusMaster& m) { return m.node && !m.iommu.empty(); });
    if (behind)
        out += "  mkl programs no IOMMU: what one lets through is decided by firmware, or by the "
               "node that owns it.\n";
    return out;
}

std::string firmware(const Plan& plan) {
    Rows rows{
        {"service", "at", "told to"}
    };
    for (const FirmwareService& f : plan.firmware) {
        const std::string callers =
            join(f.callers, [&](size_t node) { return plan.nodes[node].name; });
        rows.push_back({f.kind, f.path, callers.empty() ? "nobody" : callers});
    }
    if (rows.size() == 1) return "";
    return cat("Firmware\n", text_table(rows),
               "  A node whose tree does not name a service is not kept from calling it.\n\n");
}

std::string providers(const Plan& plan) {
    Rows rows{
        {"node", "needs", "verdict", "for"}
    };
    for (const PlanNode& n : plan.nodes) {
        std::map<std::string_view, size_t> row_of;  // by provider
        for (const ProviderUse& u : n.providers) {
            const auto [it, fresh] = row_of.emplace(u.provider, rows.size());
            if (!fresh) {
                rows[it->second][3] += ", " + u.device;
                continue;
            }
            std::string verdict{to_text(u.verdict)};
            if (u.verdict == ProviderVerdict::firmware) verdict = "as firmware set it";
            if (u.verdict == ProviderVerdict::infrastructure) verdict = "nothing to program";
            if (u.owner) verdict += cat(", ", plan.nodes[*u.owner].name, " may program it");
            rows.push_back({n.name, u.provider, verdict, u.device});
        }
    }
    if (rows.size() == 1) return "";
    for (auto& row : rows)
        if (row[3].size() > 80) row[3] = row[3].substr(0, 77) + "...";
    return cat("Behind the devices\n", text_table(rows), "\n");
}

}  // namespace

std::string report_text(const Plan& plan) {
    return cat(dma(plan), "\n", providers(plan), firmware(plan), guarantees(plan));
}

}  // namespace mkl
