// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>

#include "mkl/claims/claims.hpp"
#include "mkl/model/plan.hpp"
#include "mkl/support/json.hpp"
#include "mkl/support/text.hpp"

namespace mkl {

namespace {

Json range_json(PhysRange r) {
    return Json::object().set("base", hex(r.base())).set("size", hex(r.size_bytes()));
}

std::string_view rights_text(Rights r) { return r == Rights::read_write ? "rw" : "r"; }

template <class List, class Make>
Json list(const List& items, const Make& make) {
    Json out = Json::array();
    for (const auto& item : items) out.add(make(item));
    return out;
}

Json receive_json(const SgiReceive& r, const Plan& plan, const System& system) {
    Json out = Json::object();
    if (r.id) out.set("id", *r.id);
    out.set("from", plan.nodes[r.from].name)
        .set("signal", system.connections[r.connection].name.value);
    if (r.mux) out.set("mux", Json::object().set("word", r.mux->first).set("bit", r.mux->second));
    if (r.polled) out.set("polled", true);
    return out;
}

Json send_json(const SgiSend& s, const Plan& plan, const System& system) {
    Json out = Json::object();
    if (!s.polled) out.set("id", s.id).set("target", hex(s.target));
    out.set("to", plan.nodes[s.to].name).set("signal", system.connections[s.connection].name.value);
    if (s.polled) out.set("polled", true);
    return out;
}

Json provider_json(const ProviderUse& u, const Plan& plan) {
    Json out = Json::object();
    out.set("device", u.device).set("provider", u.provider).set("verdict", to_text(u.verdict));
    if (u.owner) out.set("owner", plan.nodes[*u.owner].name);
    if (!u.why.empty()) out.set("why", u.why);
    return out;
}

Json stream_json(const ProviderLine& s) {
    Json out = Json::object();
    out.set("iommu", s.provider);
    if (s.ids.empty())
        return out.set("specifier", list(s.numbers, [](uint32_t n) { return Json{n}; }));
    out.set("ids", list(s.ids, [](const IdRange& r) {
                return Json::object().set("first", r.first).set("last", r.last);
            }));
    if (s.ignored != 0) out.set("ignored", hex(s.ignored));
    return out;
}

Json master_json(const BusMaster& m, const Plan& plan) {
    Json out = Json::object();
    out.set("device", m.device)
        .set("node", m.node ? Json{plan.nodes[*m.node].name} : Json{})
        .set("iommu", m.iommu.empty() ? Json{} : Json{m.iommu})
        .set("reach", list(m.reach, range_json));
    if (!m.trusted.empty()) out.set("trusted", m.trusted);
    if (!m.streams.empty()) out.set("streams", list(m.streams, stream_json));
    return out;
}

Json firmware_json(const FirmwareService& f, const Plan& plan) {
    return Json::object()
        .set("path", f.path)
        .set("kind", f.kind)
        .set("callers", list(f.callers, [&](size_t n) { return Json{plan.nodes[n].name}; }));
}

Json authority_json(const PlanAuthority& a, const System& system) {
    const ComponentRequest& component = system.components[a.component];
    const ComponentCap& cap = component.caps[a.cap];
    Json out = Json::object();
    out.set("component", component.name.value).set("name", cap.name.value);
    out.set("cap", to_text(cap.kind)).set("why", cap.why ? cap.why->value : "");
    if (!a.pages.empty()) out.set("pages", list(a.pages, range_json));
    return out;
}

Json node_json(const PlanNode& n, const Plan& plan, const System& system,
               const Hardware& hardware) {
    const auto irq = [&](const Irq& i) {
        return Json::object()
            .set("controller", hardware.controller.path)
            .set("id", i.id)
            .set("trigger", i.trigger == Trigger::edge ? "edge" : "level");
    };
    const auto file = [&](const PlanFile& f) {
        const FileRequest& asked = system.files[f.file];
        return Json::object()
            .set("name", asked.name.value)
            .set("path", asked.path.value)
            .merge(range_json(f.range));
    };
    Json out = Json::object();
    out.set("name", n.name)
        .set("cpu", Json::object().set("index", n.cpu_index).set("hwid", hex(n.hwid.value)))
        .set("memory", list(n.memory, range_json))
        .set("files", list(n.files, file))
        .set("devices", list(n.devices, [](const std::string& p) { return Json{p}; }))
        .set("device_pages", list(n.device_pages, range_json))
        .set("interrupts", list(n.interrupts, irq))
        .set("sgis",
             list(n.receives, [&](const SgiReceive& r) { return receive_json(r, plan, system); }))
        .set("sends", list(n.sends, [&](const SgiSend& s) { return send_json(s, plan, system); }))
        .set("console", n.console ? Json{*n.console} : Json{"log"});
    if (n.log) out.set("log", range_json(*n.log));
    out.set("status", range_json(n.status)).set("prints_logs", n.prints_logs);
    out.set("providers",
            list(n.providers, [&](const ProviderUse& u) { return provider_json(u, plan); }));
    if (!n.authority.empty())
        out.set("authority", list(n.authority, [&](const PlanAuthority& a) {
                    return authority_json(a, system);
                }));
    if (!n.domains.empty())
        out.set("domains", list(n.domains, [](const PlanDomain& d) {
                    return Json::object().set("domain", d.domain).set("time_us", d.time_us);
                }));
    out.set("guarantees", list(n.guarantees, [](const Guarantee& g) {
                return Json::object()
                    .set("resource", g.resource)
                    .set("by", to_text(g.by))
                    .set("text", g.text);
            }));
    return out;
}

Json pool_json(const PlanPool& p, const Plan& plan, const System& system) {
    Json nodes = Json::object();
    for (const auto& [node, rights] : p.nodes)
        nodes.set(plan.nodes[node].name, rights_text(rights));
    const auto slice = [&](const PoolSlice& s) {
        Json out = Json::object();
        if (s.dma) {
            const ComponentRequest& c = system.components[s.dma->first];
            out.set("dma", cat(c.name.value, ".", c.dma[s.dma->second].name));
        } else {
            out.set("connection", system.connections[s.connection].name.value);
        }
        return out.merge(range_json(s.range));
    };
    Json out = Json::object();
    out.set("name", p.name).merge(range_json(p.range)).set("nodes", std::move(nodes));
    if (p.automatic) out.set("automatic", true);
    return out.set("slices", list(p.slices, slice));
}

Json unassigned_json(const Plan& plan, const System& system, const Hardware& hardware) {
    Json cpus = Json::array(), devices = Json::array();
    for (const Cpu& cpu : hardware.cpus)
        if (std::none_of(plan.nodes.begin(), plan.nodes.end(),
                         [&](const PlanNode& n) { return n.cpu_index == cpu.index; }))
            cpus.add(Json::object().set("index", cpu.index).set("hwid", hex(cpu.hwid.value)));
    std::vector<bool> claimed(hardware.devices.size(), false);
    for (size_t i = 0; i < plan.nodes.size(); i++)
        for (const DeviceClaim& c : device_claims(system, hardware, i)) claimed[c.device] = true;
    for (size_t i = 0; i < hardware.devices.size(); i++) {
        const Device& d = hardware.devices[i];
        if (d.enabled && !claimed[i] && !d.registers.empty() && !serves_every_node(hardware, d))
            devices.add(d.path);
    }
    return Json::object()
        .set("memory", list(plan.unassigned, range_json))
        .set("cpus", std::move(cpus))
        .set("devices", std::move(devices));
}

}  // namespace

std::string to_json(const Plan& plan, const System& system, const Hardware& hardware) {
    const auto reserved = [&](const PlanReserved& r) {
        Json out = Json::object();
        out.set("what", r.what).merge(range_json(r.range));
        if (r.node) out.set("node", plan.nodes[*r.node].name);
        return out;
    };
    Json out = Json::object();
    out.set("version", 1)
        .set("arch", info(plan.architecture).name)
        .set("nodes", list(plan.nodes,
                           [&](const PlanNode& n) { return node_json(n, plan, system, hardware); }))
        .set("shared",
             list(plan.pools, [&](const PlanPool& p) { return pool_json(p, plan, system); }))
        .set("loader", range_json(plan.loader))
        .set("reserved", list(plan.reserved, reserved))
        .set("unassigned", unassigned_json(plan, system, hardware))
        .set("bus_masters",
             list(plan.bus_masters, [&](const BusMaster& m) { return master_json(m, plan); }))
        .set("firmware",
             list(plan.firmware, [&](const FirmwareService& f) { return firmware_json(f, plan); }))
        .set("guarantees_note", guarantee_preamble())
        .set("interrupt_keeper", to_text(plan.keeper));
    if (plan.steward)
        out.set("steward", Json::object()
                               .set("index", hardware.cpus[*plan.steward].index)
                               .set("hwid", hex(hardware.cpus[*plan.steward].hwid.value)));
    if (plan.last) out.set("starts_last", plan.nodes[*plan.last].name);
    return out.text() + '\n';
}

}  // namespace mkl
