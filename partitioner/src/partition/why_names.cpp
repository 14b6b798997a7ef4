// SPDX-License-Identifier: BSD-2-Clause
#include "why_names.hpp"

#include <algorithm>

#include "mkl/support/text.hpp"

namespace mkl::placement {

std::string place_text(const SourceSpan& where) {
    if (!where.known()) return "";
    return where.line == 0 ? where.file->path
                           : cat(where.file->path, ":", where.line, ":", where.column);
}

namespace {

std::string slice_text(const System& system, const PoolSlice& s) {
    if (!s.dma) return cat("connection ", system.connections[s.connection].name.value);
    const ComponentRequest& c = system.components[s.dma->first];
    return cat("DMA memory ", c.name.value, ".", c.dma[s.dma->second].name);
}

std::string node_text(const Plan& plan, const System& system, size_t index) {
    const PlanNode& n = plan.nodes[index];
    std::string out = cat("node ", n.name, " (", place_text(system.nodes[index].where), ")\n",
                          "  cpu ", n.cpu_index, ", hardware id ", hex(n.hwid.value), "\n");
    for (const PhysRange r : n.memory)
        out += cat("  RAM ", r, ", ", size_text(r.size_bytes()), "\n");
    for (const PlanFile& f : n.files)
        out += cat("  file ", system.files[f.file].name.value, " ", f.range, "\n");
    for (const std::string& d : n.devices) out += cat("  device ", d, "\n");
    for (const PlanPool& p : plan.pools)
        if (const std::optional<Rights> rights = p.rights_of(index))
            out += cat("  pool ", p.name, " ", p.range,
                       *rights == Rights::read_write ? " rw" : " r", "\n");
    return out;
}

std::string pool_text(const Plan& plan, const System& system, const PlanPool& p) {
    std::string out = cat("pool ", p.name, " ", p.range,
                          p.dma         ? ": DMA memory of this node's drivers\n"
                          : p.automatic ? ": made by mkl, since no pool in `shared:` serves\n"
                                        : "\n");
    for (const auto& [member, rights] : p.nodes)
        out += cat("  ", plan.nodes[member].name, rights == Rights::read_write ? " rw\n" : " r\n");
    for (const PoolSlice& s : p.slices)
        out += cat("  ", slice_text(system, s), " has ", s.range, "\n");
    return out;
}

std::string file_text(const Plan& plan, const System& system, size_t index) {
    const FileRequest& f = system.files[index];
    std::string out = cat("file ", f.name.value, " (", place_text(f.where), "): ", f.path.value,
                          f.bytes ? cat(", ", *f.bytes, " bytes") : ", not there yet", "\n");
    for (const PlanNode& n : plan.nodes)
        for (const PlanFile& p : n.files)
            if (p.file == index)
                out += cat("  ", p.range, " in memory of node ", n.name,
                           f.base ? ", where its `base:` says\n" : "\n");
    for (const ComponentRequest& c : system.components)
        for (const Located<std::string>& name : c.files)
            if (name.value == f.name.value)
                out += cat("  mapped into component ", c.name.value, " (", place_text(name.where),
                           ")\n");
    return out + "  no untyped of the kernel's has it: it is handed out as device memory\n";
}

std::string signal_text(const Plan& plan, size_t from, const SgiSend& s) {
    const std::string way =
        cat(" from ", plan.nodes[from].name, " to ", plan.nodes[s.to].name, ", ");
    if (!s.polled) return cat("  signal ", s.id, way, "target ", hex(s.target), "\n");
    const auto page = std::find_if(plan.pools.begin(), plan.pools.end(), [&](const PlanPool& p) {
        return p.doorbell == std::pair{from, s.to};
    });
    return cat("  signal", way, "which watches word ", *s.word, " of ", page->name, "\n");
}

std::string connection_text(const Plan& plan, const System& system, size_t index) {
    const ConnectionRequest& c = system.connections[index];
    std::string out = cat("connection ", c.name.value, " (", place_text(c.where), "): from ",
                          c.from.owner, ".", c.from.name, " to ", c.to.owner, ".", c.to.name, "\n");
    for (const PlanPool& p : plan.pools)
        for (const PoolSlice& s : p.slices)
            if (s.connection == index) out += cat("  memory ", s.range, " in pool ", p.name, "\n");
    for (size_t n = 0; n < plan.nodes.size(); n++)
        for (const SgiSend& s : plan.nodes[n].sends)
            if (s.connection == index) out += signal_text(plan, n, s);
    if (out.find("\n  ") == std::string::npos) out += "  both ends are on one node\n";
    return out;
}

std::string name_of(const EndName& end) { return cat(end.owner, ".", end.name); }

/// COMPONENT.END (or NODE.END) of a connection, of DMA memory, or of a file.
std::optional<std::string> end_text(const Plan& plan, const System& system,
                                    std::string_view thing) {
    for (size_t i = 0; i < system.connections.size(); i++) {
        const ConnectionRequest& c = system.connections[i];
        for (const EndName* end : {&c.from, &c.to})
            if (thing == name_of(*end))
                return cat("end ", thing, " (", place_text(end->where),
                           end == &c.from ? "): sends over " : "): receives over ",
                           connection_text(plan, system, i));
    }
    for (const ComponentRequest& c : system.components) {
        for (const ComponentDma& d : c.dma) {
            if (thing != cat(c.name.value, ".", d.name)) continue;
            std::string out = cat("end ", thing, " (", place_text(d.size.where), "): DMA memory\n");
            for (const PlanPool& p : plan.pools)
                for (const PoolSlice& s : p.slices)
                    if (slice_text(system, s) == cat("DMA memory ", thing))
                        out += cat("  memory ", s.range, " in pool ", p.name, "\n");
            return out;
        }
        for (const Located<std::string>& f : c.files)
            for (size_t i = 0; i < system.files.size(); i++)
                if (f.value == system.files[i].name.value &&
                    thing == cat(c.name.value, ".", f.value))
                    return cat("end ", thing, " (", place_text(f.where),
                               "): ", file_text(plan, system, i));
    }
    return std::nullopt;
}

}  // namespace

std::vector<std::string> ends_of(const System& system) {
    std::vector<std::string> out;
    for (const ConnectionRequest& c : system.connections)
        for (const EndName* end : {&c.from, &c.to}) out.push_back(name_of(*end));
    for (const ComponentRequest& c : system.components) {
        const auto add = [&](const std::string& end) {
            if (!end.empty()) out.push_back(cat(c.name.value, ".", end));
        };
        for (const ComponentDma& d : c.dma) add(d.name);
        for (const Located<std::string>& f : c.files) add(f.value);
        for (const ComponentDevice& d : c.devices) {
            add(d.map);
            add(d.irq);
        }
    }
    return out;
}

std::optional<std::string> why_name(const Plan& plan, const System& system,
                                    std::string_view thing) {
    for (size_t i = 0; i < plan.nodes.size(); i++)
        if (plan.nodes[i].name == thing) return node_text(plan, system, i);
    for (const PlanPool& p : plan.pools)
        if (p.name == thing) return pool_text(plan, system, p);
    for (const ComponentRequest& c : system.components)
        if (c.name.value == thing)
            return cat("component ", thing, " (", place_text(c.where), ") runs on node ",
                       c.node.value, ", from ", c.elf.value, "\n");
    for (size_t i = 0; i < system.connections.size(); i++)
        if (system.connections[i].name.value == thing) return connection_text(plan, system, i);
    for (size_t i = 0; i < system.files.size(); i++)
        if (system.files[i].name.value == thing) return file_text(plan, system, i);
    return end_text(plan, system, thing);
}

}  // namespace mkl::placement
