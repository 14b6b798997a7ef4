// SPDX-License-Identifier: BSD-2-Clause
// Bus masters reach all of memory unless an IOMMU stands between, whatever the CPU's tables say.
#include <algorithm>
#include <map>

#include "mkl/claims/claims.hpp"
#include "mkl/support/text.hpp"
#include "rules_internal.hpp"

namespace mkl::rules {

namespace {

bool trusted(const Hardware& hardware, const NodeRequest& node, size_t device) {
    return std::any_of(node.dma_trusted.begin(), node.dma_trusted.end(), [&](const DmaTrust& t) {
        const std::vector<size_t> found = select(hardware, t.device);
        return std::find(found.begin(), found.end(), device) != found.end();
    });
}

/// Masters that one selector brings in, so that `{all-except: ..}` gives one finding.
struct Masters {
    SourceSpan where;
    std::vector<size_t> devices;
};

void report(const System& system, const Hardware& hardware, const NodeRequest& node,
            const Masters& m, DiagnosticSink& sink) {
    sink.report(
        {.id = system.board.dma_strict ? "E250" : "W250",
         .where = m.where,
         .message = cat("node '", node.name.value, "' owns ", device_list(hardware, m.devices),
                        ", which can ", m.devices.size() == 1 ? "master" : "each master",
                        " the bus and reach the memory of every node; no IOMMU contains ",
                        m.devices.size() == 1 ? "it" : "them"),
         .notes = {{tree_place(hardware, hardware.devices[m.devices.front()].path), "the device"}},
         .hint = "trust the node's drivers with all of memory and say so: `dma-trusted: "
                 "[DEVICE]` and `why:` in the node"});
}

}  // namespace

void dma_acknowledged(const System& system, const Hardware& hardware, DiagnosticSink& sink) {
    for (size_t n = 0; n < system.nodes.size(); n++) {
        const NodeRequest& node = system.nodes[n];
        for (const DmaTrust& t : node.dma_trusted)
            if (t.why.empty())
                sink.report({.id = "E251",
                             .where = t.device.where,
                             .message = cat("`dma-trusted:` of node '", node.name.value,
                                            "' gives no reason for `", to_text(t.device), "`"),
                             .hint = "add `why:` with the reason beside `dma-trusted:`"});
        std::map<std::pair<uint32_t, uint32_t>, Masters> by_selector;
        for (const DeviceClaim& c : device_claims(system, hardware, n)) {
            const Device& d = hardware.devices[c.device];
            if (!d.has_dma || !d.iommu.empty() || trusted(hardware, node, c.device)) continue;
            Masters& m = by_selector[{c.where.line, c.where.column}];
            m.where = c.where;
            m.devices.push_back(c.device);
        }
        for (const auto& [place, masters] : by_selector)
            report(system, hardware, node, masters, sink);
    }
}

}  // namespace mkl::rules
