// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/claims/claims.hpp"

#include <algorithm>

#include "mkl/support/join.hpp"
#include "mkl/support/text.hpp"

namespace mkl {

namespace {

using Kind = DeviceSelector::Kind;

/// `*` any run within a component, `?` one character of it, `**` any run at all.
///
/// Iterative, with one point to fall back to per kind of star, so the cost is at most
/// pattern x text x components and no input makes it exponential.
bool glob_matches(std::string_view pattern, std::string_view text) {
    // reach[k]: the pattern read so far can end at text[..k)
    std::vector<bool> reach(text.size() + 1, false);
    reach[0] = true;
    for (size_t p = 0; p < pattern.size(); p++) {
        const bool any = pattern[p] == '*';
        const bool deep = any && p + 1 < pattern.size() && pattern[p + 1] == '*';
        if (deep) p++;
        if (any) {
            for (size_t k = 0; k < text.size(); k++)
                if (reach[k] && (deep || text[k] != '/')) reach[k + 1] = true;
            continue;
        }
        for (size_t k = text.size(); k > 0; k--)
            reach[k] = reach[k - 1] &&
                       (pattern[p] == '?' ? text[k - 1] != '/' : pattern[p] == text[k - 1]);
        reach[0] = false;
    }
    return reach[text.size()];
}

bool has(const std::vector<std::string>& list, std::string_view word) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

bool matches(const Device& d, const DeviceSelector& s) {
    switch (s.kind) {
    case Kind::path:
        return d.path == s.text;
    case Kind::alias:
        return has(d.aliases, s.text);
    case Kind::label:
        return has(d.labels, s.text);
    case Kind::glob:
        return d.enabled && glob_matches(s.text, d.path);
    case Kind::compatible:
        return d.enabled && has(d.compatible, s.text);
    case Kind::all_except:
        return false;
    }
    return false;
}

/// The nearest device above that has registers, unless it is a bus that passes addresses through
/// (`ranges`): then there is nothing to go through.
std::optional<size_t> reached_through(const Hardware& hardware, size_t device) {
    const std::string& path = hardware.devices[device].path;
    for (size_t i = device; i-- > 0;) {
        const Device& above = hardware.devices[i];
        if (!is_below_or_at(path, above.path) || above.registers.empty()) continue;
        const DtNode* node = hardware.tree.find(above.path);
        const bool bus = node != nullptr && node->property("ranges") != nullptr;
        if (bus || !above.enabled || serves_every_node(hardware, above)) return std::nullopt;
        return i;
    }
    return std::nullopt;
}

/// Enabled devices with registers or an interrupt line (not timers of the CPU), but the excepted
/// ones, what is below those, and what an excepted one stands below (a bus goes with its devices).
std::vector<size_t> select_all_except(const Hardware& hardware, const DeviceSelector& selector) {
    std::vector<size_t> excepted;
    for (const DeviceSelector& e : selector.except)
        for (const size_t i : select(hardware, e)) excepted.push_back(i);
    std::vector<size_t> out;
    for (size_t i = 0; i < hardware.devices.size(); i++) {
        const Device& d = hardware.devices[i];
        const bool has_line = std::any_of(d.interrupts.begin(), d.interrupts.end(),
                                          [](const DeviceInterrupt& k) { return !k.per_cpu; });
        if (!d.enabled || (d.registers.empty() && !has_line)) continue;
        if (serves_every_node(hardware, d)) continue;
        const auto related = [&](size_t e) {
            const std::string& other = hardware.devices[e].path;
            return is_below_or_at(d.path, other) || is_below_or_at(other, d.path);
        };
        if (std::none_of(excepted.begin(), excepted.end(), related)) out.push_back(i);
    }
    return out;
}

}  // namespace

bool is_below_or_at(std::string_view path, std::string_view top) {
    return path.starts_with(top) && (path.size() == top.size() || path[top.size()] == '/');
}

bool is_interrupt_controller(const Hardware& hardware, const Device& device) {
    if (!hardware.controller.path.empty())
        return is_below_or_at(device.path, hardware.controller.path);
    // The RISC-V AIA, which mkl does not drive, is no node's either.
    return has(device.compatible, "riscv,aplic") || has(device.compatible, "riscv,imsics");
}

bool serves_every_node(const Hardware& hardware, const Device& device) {
    return device.interrupts_harts || is_interrupt_controller(hardware, device);
}

std::vector<size_t> select(const Hardware& hardware, const DeviceSelector& selector) {
    if (selector.kind == Kind::all_except) return select_all_except(hardware, selector);
    const bool many = selector.kind == Kind::glob || selector.kind == Kind::compatible;
    std::vector<size_t> out;
    for (size_t i = 0; i < hardware.devices.size(); i++) {
        if (!matches(hardware.devices[i], selector)) continue;
        if (many && serves_every_node(hardware, hardware.devices[i])) continue;
        out.push_back(i);
    }
    return out;
}

DeviceIndex::DeviceIndex(const Hardware& hardware, size_t selectors) : hardware_{hardware} {
    constexpr size_t few = 8;
    if (selectors <= few) return;
    by_path_.reserve(hardware.devices.size());
    for (size_t i = 0; i < hardware.devices.size(); i++)
        by_path_.emplace(hardware.devices[i].path, i);
}

std::vector<size_t> DeviceIndex::select(const DeviceSelector& selector) const {
    if (by_path_.empty() || selector.kind != Kind::path) return mkl::select(hardware_, selector);
    const auto it = by_path_.find(selector.text);
    if (it == by_path_.end()) return {};
    return {it->second};
}

std::string to_text(const DeviceSelector& selector) {
    switch (selector.kind) {
    case Kind::label:
        return "&" + selector.text;
    case Kind::compatible:
        return cat("{compatible: ", selector.text, "}");
    case Kind::all_except:
        return cat("{all-except: [",
                   join(selector.except, [](const DeviceSelector& s) { return to_text(s); }), "]}");
    default:
        return selector.text;
    }
}

std::optional<size_t> select_cpu(const Hardware& hardware, const CpuChoice& choice) {
    for (size_t i = 0; i < hardware.cpus.size(); i++) {
        const Cpu& cpu = hardware.cpus[i];
        switch (choice.by) {
        case CpuChoice::By::index:
            if (cpu.index == choice.number) return i;
            break;
        case CpuChoice::By::path:
            if (cpu.path == choice.path) return i;
            break;
        case CpuChoice::By::hwid:
            if (cpu.hwid.value == choice.number) return i;
            break;
        }
    }
    return std::nullopt;
}

std::vector<DeviceClaim> device_claims(const System& system, const Hardware& hardware,
                                       size_t node) {
    const NodeRequest& request = system.nodes[node];
    std::vector<const DeviceSelector*> selectors;
    if (request.console) selectors.push_back(&*request.console);
    for (const DeviceSelector& s : request.devices) selectors.push_back(&s);

    // Selector of each device; nullptr: not claimed.
    std::vector<const DeviceSelector*> by_device(hardware.devices.size(), nullptr);
    std::vector<bool> direct(hardware.devices.size(), false);
    const DeviceIndex index{hardware, selectors.size()};
    for (const DeviceSelector* s : selectors)
        for (const size_t i : index.select(*s))
            if (hardware.devices[i].enabled && by_device[i] == nullptr) {
                by_device[i] = s;
                direct[i] = true;
            }
    // What has no address of its own on the CPU's bus (a sensor on an I2C bus, a clock in a system
    // controller) is reached through the device above it, which comes with it.
    for (size_t i = by_device.size(); i-- > 0;) {
        if (by_device[i] == nullptr || !hardware.devices[i].registers.empty()) continue;
        const std::optional<size_t> above = reached_through(hardware, i);
        if (!above || by_device[*above] != nullptr) continue;
        by_device[*above] = by_device[i];
        direct[*above] = true;
    }
    // Tree order is depth first: what is below a device follows it at once.
    for (size_t i = 0; i < by_device.size(); i++) {
        if (by_device[i] == nullptr) continue;
        for (size_t k = i + 1; k < by_device.size() &&
                               is_below_or_at(hardware.devices[k].path, hardware.devices[i].path);
             k++)
            if (hardware.devices[k].enabled && by_device[k] == nullptr) by_device[k] = by_device[i];
    }
    std::vector<DeviceClaim> out;
    for (size_t i = 0; i < by_device.size(); i++)
        if (by_device[i] != nullptr) out.push_back({i, by_device[i]->where, direct[i]});
    return out;
}

std::vector<PhysRange> pages_of(const Device& device) {
    std::vector<PhysRange> out;
    for (const auto* ranges : {&device.registers, &device.windows})
        for (const PhysRange r : *ranges)
            if (const std::optional<PhysRange> grown = r.grown_to(page_bytes); grown && !r.empty())
                out.push_back(*grown);
    return normalise(std::move(out));
}

bool keeps_limits(PhysRange range, const PlacementLimits& limits) {
    const uint64_t align = limits.align ? limits.align->value : 0;
    return (!limits.above || range.base().value >= limits.above->value) &&
           (!limits.below || range.end().value <= limits.below->value) &&
           (align == 0 || range.base().value % align == 0);
}

std::optional<size_t> node_of(const System& system, const EndName& end) {
    for (const ComponentRequest& c : system.components)
        if (c.name.value == end.owner) return system.node_index(c.node.value);
    const std::optional<size_t> node = system.node_index(end.owner);
    if (node && system.nodes[*node].root) return node;
    return std::nullopt;
}

std::vector<PhysRange> free_ram(const Hardware& hardware) {
    std::vector<PhysRange> ram, reserved;
    for (const RamRange& r : hardware.ram) ram.push_back(r.range);
    for (const ReservedRange& r : hardware.reserved)
        reserved.push_back(r.range.grown_to(page_bytes).value_or(r.range));
    return subtract(normalise(std::move(ram)), normalise(std::move(reserved)));
}

const ShareRequest* share_of(const System& system, const Hardware& hardware, size_t device) {
    for (const ShareRequest& s : system.share)
        for (const size_t i : select(hardware, s.device))
            if (is_below_or_at(hardware.devices[device].path, hardware.devices[i].path)) return &s;
    return nullptr;
}

std::string_view authority_text(CapKind kind, bool stock) {
    switch (kind) {
    case CapKind::irq_control:
        return stock ? "it can take every interrupt line of the board and raise every SGI, other "
                       "nodes' included"
                     : "it can take every interrupt line of its node and raise every SGI that the "
                       "node may send";
    case CapKind::asid_control:
        return "it can use up the node's address space ids";
    case CapKind::domain:
        return "it can move threads between domains and change their schedule";
    case CapKind::sched_control:
        return "it can give any thread that it has processor time without limit";
    case CapKind::smc:
        return "it can call firmware, which serves every CPU";
    case CapKind::device_untyped:
        return "it can map the device's registers anywhere and give them on";
    case CapKind::untyped:
        return "it is the component's own memory";
    }
    return "";
}

}  // namespace mkl
