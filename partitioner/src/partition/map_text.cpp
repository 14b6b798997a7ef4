// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>

#include "map_rows.hpp"
#include "mkl/claims/claims.hpp"
#include "mkl/partition/map.hpp"
#include "mkl/support/join.hpp"
#include "mkl/support/text.hpp"
#include "table.hpp"

namespace mkl {

namespace placement {

namespace {

std::string members(const PlanPool& pool, const Plan& plan) {
    return join(pool.nodes, [&](const auto& member) {
        return cat(plan.nodes[member.first].name,
                   member.second == Rights::read_write ? " rw" : " r");
    });
}

}  // namespace

std::string about_size(uint64_t bytes) {
    std::string exact = size_text(bytes);
    constexpr size_t short_enough = 8;  // "1023 MiB"
    if (exact.size() <= short_enough) return exact;
    const uint32_t shift = bytes >> 30 != 0 ? 30 : bytes >> 20 != 0 ? 20 : 10;
    const uint64_t tenths = (bytes >> (shift - 10)) * 10 >> 10;
    return cat(tenths / 10, ".", tenths % 10, shift == 30 ? " GiB" : shift == 20 ? " MiB" : " KiB");
}

std::vector<MapRow> map_rows(const Plan& plan, const System& system) {
    std::vector<MapRow> rows;
    for (size_t i = 0; i < plan.nodes.size(); i++) {
        for (const PhysRange r : plan.nodes[i].kernel_ram())
            rows.push_back({r, RowKind::node, i, plan.nodes[i].name, ""});
        for (const PlanFile& f : plan.nodes[i].files)
            rows.push_back({f.range, RowKind::file, i, system.files[f.file].name.value,
                            cat("file of ", plan.nodes[i].name)});
        if (plan.nodes[i].log)
            rows.push_back(
                {*plan.nodes[i].log, RowKind::log, i, "log of " + plan.nodes[i].name, ""});
        if (plan.nodes[i].decoy)
            rows.push_back({*plan.nodes[i].decoy, RowKind::decoy, i,
                            "decoy of " + plan.nodes[i].name, "its kernel's distributor"});
    }
    for (size_t i = 0; i < plan.pools.size(); i++)
        rows.push_back({plan.pools[i].range, RowKind::pool, i, plan.pools[i].name,
                        members(plan.pools[i], plan)});
    rows.push_back({plan.loader, RowKind::loader, 0, "loader", "with the payload, while it boots"});
    rows.push_back({plan.status, RowKind::status, 0, "status", "4 KiB a node"});
    for (const PhysRange r : plan.unassigned) rows.push_back({r, RowKind::free, 0, "", ""});
    std::vector<PhysRange> known;
    for (const MapRow& r : rows) known.push_back(r.range);
    // The rest of RAM is what firmware keeps; reservations may overlap each other.
    const std::vector<PhysRange> rest = subtract(plan.ram, normalise(std::move(known)));
    for (const PhysRange r : rest) {
        std::string who;
        for (const PlanReserved& p : plan.reserved)
            if (p.range.overlaps(r) && who.empty()) who = p.what;
        rows.push_back({r, RowKind::reserved, 0, who.empty() ? "reserved" : who, ""});
    }
    std::erase_if(rows, [](const MapRow& r) { return r.range.empty(); });
    std::stable_sort(rows.begin(), rows.end(), [](const MapRow& a, const MapRow& b) {
        return a.range.base() < b.range.base();
    });
    return rows;
}

std::string text_table(const std::vector<std::vector<std::string>>& rows) {
    std::vector<size_t> width;
    for (const auto& row : rows) {
        width.resize(std::max(width.size(), row.size()));
        for (size_t i = 0; i < row.size(); i++) width[i] = std::max(width[i], row[i].size());
    }
    std::string out;
    for (const auto& row : rows) {
        std::string line = "  ";
        for (size_t i = 0; i < row.size(); i++) {
            line += row[i];
            if (i + 1 < row.size()) line.append(width[i] - row[i].size() + 2, ' ');
        }
        out += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
    }
    return out;
}

}  // namespace placement

namespace {

using placement::about_size;
using placement::MapRow;
using placement::RowKind;
using placement::text_table;

std::string_view kind_text(RowKind kind) {
    switch (kind) {
    case RowKind::node:
        return "node";
    case RowKind::file:
        return "file";
    case RowKind::pool:
        return "pool";
    case RowKind::loader:
        return "loader";
    case RowKind::log:
        return "log";
    case RowKind::status:
        return "status";
    case RowKind::decoy:
        return "decoy";
    case RowKind::reserved:
        return "reserved";
    case RowKind::free:
        return "free";
    }
    return "";
}

std::string memory_table(const Plan& plan, const System& system) {
    std::vector<std::vector<std::string>> rows{
        {"base", "end", "size", "kind", "whose"}
    };
    for (const MapRow& r : placement::map_rows(plan, system))
        rows.push_back({hex(r.range.base()), hex(r.range.end()), about_size(r.range.size_bytes()),
                        std::string{kind_text(r.kind)},
                        r.detail.empty() ? r.who : cat(r.who, "  (", r.detail, ")")});
    return text_table(rows);
}

std::string irq_list(const PlanNode& n) {
    std::string out;
    for (const Irq& i : n.interrupts) out += cat(out.empty() ? "" : " ", i.id);
    return out.empty() ? "-" : out;
}

std::string node_table(const Plan& plan) {
    std::vector<std::vector<std::string>> rows{
        {"node", "cpu", "hwid", "console", "devices", "pages", "interrupts", "signals in/out"}
    };
    for (const PlanNode& n : plan.nodes) {
        uint64_t pages = 0;
        for (const PhysRange r : n.device_pages) pages += r.size_bytes() / page_bytes;
        rows.push_back({n.name, cat(n.cpu_index), hex(n.hwid.value), n.console.value_or("log"),
                        cat(n.devices.size()), cat(pages), irq_list(n),
                        cat(n.receives.size(), "/", n.sends.size())});
    }
    return text_table(rows);
}

std::string totals(const Plan& plan, const Hardware& hardware) {
    uint64_t ram = 0, nodes = 0, pools = 0, free = 0;
    for (const PhysRange r : plan.ram) ram += r.size_bytes();
    for (const PlanNode& n : plan.nodes)
        for (const PhysRange r : n.memory) nodes += r.size_bytes();
    for (const PlanPool& p : plan.pools) pools += p.range.size_bytes();
    for (const PhysRange r : plan.unassigned) free += r.size_bytes();
    const auto usable = static_cast<size_t>(
        std::count_if(hardware.cpus.begin(), hardware.cpus.end(),
                      [](const Cpu& cpu) { return cpu.why_not_startable.empty(); }));
    std::vector<std::vector<std::string>> rows;
    rows.push_back({"CPUs", cat(hardware.cpus.size(), " on the board, ", plan.nodes.size(),
                                " used, ", hardware.cpus.size() - plan.nodes.size(), " parked")});
    rows.push_back({"usable", cat("by one single-core kernel 1, by an SMP kernel ", usable,
                                  ", by these nodes ", plan.nodes.size())});
    rows.push_back({"RAM", cat(about_size(ram), ": nodes ", about_size(nodes), ", pools ",
                               about_size(pools), ", free ", about_size(free), ", rest ",
                               about_size(ram - nodes - pools - free))});
    return text_table(rows);
}

}  // namespace

std::string map_text(const Plan& plan, const System& system, const Hardware& hardware) {
    return cat("Memory\n", memory_table(plan, system), "\nNodes\n", node_table(plan), "\nTotals\n",
               totals(plan, hardware));
}

}  // namespace mkl
