// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/partition/why.hpp"

#include <algorithm>
#include <charconv>

#include "map_rows.hpp"
#include "mkl/claims/providers.hpp"
#include "mkl/support/join.hpp"
#include "mkl/support/text.hpp"
#include "why_names.hpp"

namespace mkl {

namespace {

using placement::place_text;

std::optional<uint64_t> number_of(std::string_view text) {
    const bool is_hex = text.starts_with("0x");
    if (is_hex) text.remove_prefix(2);
    uint64_t value = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), value, is_hex ? 16 : 10);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

bool is_below(std::string_view path, std::string_view top) {
    return path.size() > top.size() && path.starts_with(top) && path[top.size()] == '/';
}

/// The claims of all nodes, and the answers from them.
class Reasons {
public:
    Reasons(const Plan& plan, const System& system, const Hardware& hardware)
        : plan_{plan}, system_{system}, hardware_{hardware}, programmable_{
                                                                 programmable_devices(hardware)} {
        for (size_t n = 0; n < system.nodes.size(); n++)
            claims_.push_back(device_claims(system, hardware, n));
    }

    std::string device(size_t index, std::optional<size_t> node) const {
        const Device& d = hardware_.devices[index];
        std::string out = cat(d.path, d.compatible.empty() ? "" : cat(" (", d.compatible[0], ")"));
        const std::vector<size_t> owners = owners_of(index);
        if (d.interrupts_harts)
            return out + ": its registers interrupt every hart; firmware has them, no node owns "
                         "it\n";
        if (is_interrupt_controller(hardware_, d))
            return out + ": the interrupt controller; the loader sets it up, every node's tree has "
                         "it, no node owns it\n";
        if (owners.empty()) {
            out +=
                d.enabled ? ": no node owns it\n" : cat(": no node owns it; ", disabled(d), "\n");
        } else {
            out += cat(": ", join(owners, [&](size_t n) { return plan_.nodes[n].name; }));
            out += owners.size() == 1 ? " owns it\n" : " share it\n";
        }
        for (const size_t n : owners) out += claim_line(index, n);
        out += facts(d);
        if (node && std::find(owners.begin(), owners.end(), *node) == owners.end())
            out += why_not(index, *node);
        return out;
    }

    std::string irq(uint64_t id, std::optional<size_t> node) const {
        std::string out = cat("interrupt ", id, " at ", hardware_.controller.path, ": ");
        std::string owner = "no node has it\n", devices;
        for (const PlanNode& n : plan_.nodes)
            for (const Irq& i : n.interrupts)
                if (i.id == id)
                    owner = cat("delivered to ", n.name, ", cpu ", n.cpu_index, ", ",
                                i.trigger == Trigger::edge ? "edge" : "level", "\n");
        for (size_t d = 0; d < hardware_.devices.size(); d++)
            for (const DeviceInterrupt& i : hardware_.devices[d].interrupts)
                if (i.root && i.root->id == id) devices += "  " + device(d, node);
        return out + owner + devices;
    }

    std::string cpu(const Cpu& cpu, std::optional<size_t> node) const {
        std::string out =
            cat("cpu ", cpu.index, " (", cpu.path, ", hardware id ", hex(cpu.hwid.value), "): ");
        for (size_t n = 0; n < plan_.nodes.size(); n++)
            if (plan_.nodes[n].cpu_index == cpu.index) {
                out += cat("runs ", plan_.nodes[n].name, "\n  asked for at ",
                           place_text(system_.nodes[n].cpu.where), "\n");
                if (node && *node != n)
                    out += cat("  ", plan_.nodes[*node].name,
                               " does not have it: a CPU runs one node\n");
                return out;
            }
        return out + (cpu.why_not_startable.empty() ? "parked; no node asks for it\n"
                                                    : cat("parked; ", cpu.why_not_startable, "\n"));
    }

    std::optional<std::string> address(uint64_t value, std::optional<size_t> node) const {
        const PhysAddr a{value};
        for (const placement::MapRow& row : placement::map_rows(plan_, system_)) {
            if (!row.range.contains(a)) continue;
            return cat(hex(a), ": RAM ", row.range, ", ", ram_owner(row), "\n",
                       node ? why_not_ram(row, *node) : "");
        }
        std::string out;
        for (size_t d = 0; d < hardware_.devices.size(); d++)
            for (const auto* ranges :
                 {&hardware_.devices[d].registers, &hardware_.devices[d].windows})
                for (const PhysRange r : *ranges)
                    if (r.contains(a)) out += cat(hex(a), " is in ", device(d, node));
        if (out.empty()) return std::nullopt;
        return out;
    }

private:
    std::vector<size_t> owners_of(size_t device) const {
        std::vector<size_t> out;
        for (size_t n = 0; n < claims_.size(); n++)
            for (const DeviceClaim& c : claims_[n])
                if (c.device == device) out.push_back(n);
        return out;
    }

    std::string disabled(const Device& d) const {
        for (const Device& a : hardware_.devices)
            if (!a.enabled && is_below(d.path, a.path))
                return cat("the device tree disables it through ", a.path);
        return "the device tree disables it";
    }

    std::string claim_line(size_t device, size_t node) const {
        for (const DeviceClaim& c : claims_[node])
            if (c.device == device)
                return cat("  claimed by ", plan_.nodes[node].name, " at ", place_text(c.where),
                           c.direct ? "\n" : ", with a device above it\n");
        return "";
    }

    std::string facts(const Device& d) const {
        std::string out;
        for (const PhysRange r : pages_of(d)) out += cat("  pages ", r, "\n");
        for (const DeviceInterrupt& i : d.interrupts)
            out += i.per_cpu ? cat("  interrupt of each CPU at ", i.controller, "\n")
                   : i.root  ? cat("  interrupt ", i.root->id, "\n")
                             : cat("  interrupt through ", i.controller, "\n");
        for (const std::string& p : d.providers) out += provider_line(p);
        for (const ProviderLine& l : d.lines) out += line_text(d, l);
        if (d.has_dma) out += "  can master the bus\n";
        return out;
    }

    /// What the device has to itself of a provider, and which devices of nodes name it as well.
    std::string line_text(const Device& d, const ProviderLine& line) const {
        std::string out = cat("  ", to_text(line));
        for (size_t n = 0; n < claims_.size(); n++)
            for (const DeviceClaim& c : claims_[n]) {
                const Device& other = hardware_.devices[c.device];
                if (&other != &d && names_line(other, line))
                    out += cat(", as ", other.path, " of ", plan_.nodes[n].name);
            }
        return out + "\n";
    }

    std::string provider_line(const std::string& path) const {
        for (size_t i = 0; i < hardware_.devices.size(); i++) {
            const Device& p = hardware_.devices[i];
            if (p.path != path) continue;
            const std::vector<size_t> owners = owners_of(i);
            if (const ShareRequest* share = share_of(system_, hardware_, i))
                return cat("  needs ", path, ", shared: ", share->owner.value, " may program it (",
                           place_text(share->where), ": ", share->why, ")\n");
            if (!owners.empty())
                return cat("  needs ", path, ", which ", plan_.nodes[owners[0]].name, " owns\n");
            if (!programmable_[i])
                return cat("  needs ", path, ", which every node's tree may have\n");
            return cat("  needs ", path, ", which stays as firmware set it\n");
        }
        return cat("  needs ", path, "\n");
    }

    /// Every reason why `node` could not have the device, or that it did not ask.
    std::string why_not(size_t index, size_t node) const {
        const Device& d = hardware_.devices[index];
        const std::string head = cat("  ", plan_.nodes[node].name, " does not have it: ");
        if (!d.enabled) return cat(head, disabled(d), "\n");
        std::vector<std::string> reasons;
        for (const size_t owner : owners_of(index))
            reasons.push_back(cat(plan_.nodes[owner].name, " does, and a device has one owner"));
        if (calls_firmware(d) && reasons.empty())
            reasons.push_back(cat("it is firmware that answers calls (", d.firmware,
                                  "), told to the node that claims it and to no other"));
        for (const PhysRange page : pages_of(d))
            if (page.overlaps(hardware_.controller.distributor) && reasons.empty())
                reasons.push_back("it is in a page of the interrupt controller");
        for (size_t n = 0; n < claims_.size(); n++)
            if (n != node) add_entangled(d, n, reasons);
        if (reasons.empty())
            return cat(head, "it is not in its `devices:`; nothing stands against it\n");
        std::string out;
        for (size_t i = 0; i < reasons.size(); i++)
            if (std::find(reasons.begin(), reasons.begin() + static_cast<ptrdiff_t>(i),
                          reasons[i]) == reasons.begin() + static_cast<ptrdiff_t>(i))
                out += cat(head, reasons[i], "\n");
        return out;
    }

    /// What the device has in common with devices of node `n`.
    void add_entangled(const Device& d, size_t n, std::vector<std::string>& reasons) const {
        const std::string& name = plan_.nodes[n].name;
        for (const DeviceClaim& c : claims_[n]) {
            const Device& other = hardware_.devices[c.device];
            if (&other == &d) continue;
            if (shares_page(d, other))
                reasons.push_back(cat("it is in one page with ", other.path, " of ", name));
            if (shares_line(d, other))
                reasons.push_back(
                    cat("it is on one interrupt line with ", other.path, " of ", name));
            for (const ProviderLine& l : d.lines)
                if (l.kind == ProviderLine::Kind::stream && names_line(other, l))
                    reasons.push_back(cat("it is ", to_text(l), ", as ", other.path, " of ", name));
            const bool needs =
                std::find(d.providers.begin(), d.providers.end(), other.path) != d.providers.end();
            if (needs && share_of(system_, hardware_, c.device) == nullptr)
                reasons.push_back(cat("it needs ", other.path, ", which ", name, " owns"));
        }
    }

    static bool names_line(const Device& d, const ProviderLine& line) {
        return std::any_of(d.lines.begin(), d.lines.end(),
                           [&](const ProviderLine& l) { return meet(l, line); });
    }
    static bool shares_page(const Device& a, const Device& b) {
        return !intersect(pages_of(a), pages_of(b)).empty();
    }
    static bool shares_line(const Device& a, const Device& b) {
        for (const DeviceInterrupt& i : a.interrupts)
            for (const DeviceInterrupt& k : b.interrupts)
                if (i.root && k.root && !i.per_cpu && i.root->id == k.root->id) return true;
        return false;
    }

    std::string ram_owner(const placement::MapRow& row) const {
        using Kind = placement::RowKind;
        switch (row.kind) {
        case Kind::node:
            return cat("of node ", row.who, ", asked for at ",
                       place_text(system_.nodes[row.index].where));
        case Kind::file:
            return cat("file ", row.who, " in memory of node ", plan_.nodes[row.index].name);
        case Kind::pool:
            return cat("pool ", row.who, ": ", row.detail);
        case Kind::free:
            return "of nobody";
        case Kind::reserved:
            return cat("kept by firmware: ", row.who);
        default:
            return row.detail.empty() ? row.who : cat(row.who, ": ", row.detail);
        }
    }

    std::string why_not_ram(const placement::MapRow& row, size_t node) const {
        using Kind = placement::RowKind;
        const std::string head = cat("  ", plan_.nodes[node].name, " does not have it: ");
        if (row.kind == Kind::node || row.kind == Kind::file)
            return row.index == node ? "" : cat(head, "RAM has one owner\n");
        if (row.kind == Kind::pool) {
            if (plan_.pools[row.index].rights_of(node)) return "";
            return cat(head, "it is not a member of the pool\n");
        }
        if (row.kind == Kind::reserved) return cat(head, "firmware keeps it\n");
        return cat(head, "it is not in its `memory:`\n");
    }

    const Plan& plan_;
    const System& system_;
    const Hardware& hardware_;
    std::vector<std::vector<DeviceClaim>> claims_;
    const std::vector<bool> programmable_;
};

std::optional<std::string> why_hardware(const Reasons& reasons, const Hardware& hardware,
                                        std::string_view thing, std::optional<size_t> node) {
    const bool is_cpu = thing.starts_with("cpu "), is_irq = thing.starts_with("irq ");
    const std::optional<uint64_t> number = number_of(is_cpu || is_irq ? thing.substr(4) : thing);
    for (const Cpu& cpu : hardware.cpus)
        if (cpu.path == thing || (is_cpu && number && cpu.index == *number))
            return reasons.cpu(cpu, node);
    if (is_cpu) return std::nullopt;
    if (number && !is_irq && thing.starts_with("0x")) return reasons.address(*number, node);
    if (number) return reasons.irq(*number, node);
    const std::vector<size_t> found = devices_named(hardware, thing);
    if (found.size() != 1) return std::nullopt;
    return reasons.device(found[0], node);
}

/// COMPONENT.END where the end is a device's: its registers or its interrupt.
std::optional<std::string> why_device_end(const Reasons& reasons, const System& system,
                                          const Hardware& hardware, std::string_view thing,
                                          std::optional<size_t> node) {
    for (const ComponentRequest& c : system.components)
        for (const ComponentDevice& d : c.devices)
            for (const bool irq : {false, true}) {
                const std::string& end = irq ? d.irq : d.map;
                if (end.empty() || thing != cat(c.name.value, ".", end)) continue;
                const std::vector<size_t> devices = select(hardware, d.device);
                if (!devices.empty())
                    return cat("end ", thing, " (", place_text(d.device.where), "): the ",
                               irq ? "interrupt" : "registers", " of\n",
                               reasons.device(devices[0], node));
            }
    return std::nullopt;
}

constexpr size_t most_in_a_hint = 6;

std::string hint_for(const Plan& plan, const System& system, const Hardware& hardware,
                     std::string_view thing) {
    std::vector<std::string> alike;
    for (const size_t d : devices_named(hardware, thing)) alike.push_back(hardware.devices[d].path);
    if (!alike.empty())
        return cat(alike.size(), " devices are called so: ", join_some(most_in_a_hint, alike));
    std::vector<std::string> ends = placement::ends_of(system), known = ends;
    for (const PlanNode& n : plan.nodes) known.push_back(n.name);
    for (const PlanPool& p : plan.pools) known.push_back(p.name);
    for (const ComponentRequest& c : system.components) known.push_back(c.name.value);
    for (const ConnectionRequest& c : system.connections) known.push_back(c.name.value);
    for (const FileRequest& f : system.files) known.push_back(f.name.value);
    for (const Device& d : hardware.devices) {
        known.push_back(d.path);
        known.push_back(d.path.substr(d.path.rfind('/') + 1));
        known.insert(known.end(), d.aliases.begin(), d.aliases.end());
        known.insert(known.end(), d.labels.begin(), d.labels.end());
    }
    if (const std::string near = did_you_mean(thing, known); !near.empty())
        return cat("did you mean `", near, "`?");
    const std::string_view owner = thing.substr(0, thing.find('.'));
    std::erase_if(ends, [&](const std::string& e) { return !e.starts_with(cat(owner, ".")); });
    if (owner.size() != thing.size() && !ends.empty())
        return cat("the ends of ", owner, " are ", join_some(most_in_a_hint, ends));
    return "name a device (path, alias, label, or its node's name), an address (0x..), `irq N`, "
           "`cpu N`, or a name of the description, COMPONENT.END included";
}

}  // namespace

std::vector<size_t> devices_named(const Hardware& hardware, std::string_view thing) {
    using Kind = DeviceSelector::Kind;
    DeviceSelector selector;
    std::vector<Kind> kinds{Kind::alias, Kind::label};
    if (thing.starts_with('/')) kinds = {Kind::path};
    if (thing.starts_with('&')) kinds = {Kind::label};
    selector.text = thing.substr(thing.starts_with('&') ? 1 : 0);
    for (const Kind kind : kinds) {
        selector.kind = kind;
        if (std::vector<size_t> found = select(hardware, selector); !found.empty()) return found;
    }
    // The name of its node, with or without the address.
    std::vector<size_t> out;
    for (size_t i = 0; i < hardware.devices.size(); i++) {
        const std::string& path = hardware.devices[i].path;
        const std::string_view name = std::string_view{path}.substr(path.rfind('/') + 1);
        if (name == thing || name.substr(0, name.find('@')) == thing) out.push_back(i);
    }
    return out;
}

std::optional<std::string> why(const Plan& plan, const System& system, const Hardware& hardware,
                               std::string_view thing, std::optional<size_t> node,
                               DiagnosticSink& sink) {
    const Reasons reasons{plan, system, hardware};
    std::optional<std::string> out = placement::why_name(plan, system, thing);
    if (!out) out = why_device_end(reasons, system, hardware, thing, node);
    if (!out) out = why_hardware(reasons, hardware, thing, node);
    if (!out)
        sink.report({.id = "E310",
                     .where = system.where,
                     .message = cat("there is nothing called `", thing,
                                    "` on the board or in the description"),
                     .hint = hint_for(plan, system, hardware, thing)});
    return out;
}

}  // namespace mkl
