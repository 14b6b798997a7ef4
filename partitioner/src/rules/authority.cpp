// SPDX-License-Identifier: BSD-2-Clause
// What a component is given beside its connections, and the domains of a node.
#include <algorithm>
#include <bit>
#include <set>

#include "mkl/claims/claims.hpp"
#include "mkl/support/text.hpp"
#include "rules_internal.hpp"

namespace mkl::rules {

namespace {

constexpr uint32_t builtin_domains = 16, domain_max = 255;
constexpr uint32_t first_free_slot = 16, slot_limit = 4096;  // MKL_PLAIN_SLOT_FIRST
constexpr uint64_t untyped_min = 16, untyped_max = uint64_t{1} << 47;

/// `caps:` of one component.
class CapRules {
public:
    CapRules(const System& system, const Hardware& hardware, const ComponentRequest& component,
             DiagnosticSink& sink)
        : system_{system}, hardware_{hardware}, component_{component}, sink_{sink} {}

    void check() {
        for (const ComponentCap& c : component_.caps) {
            if (!component_.abi)
                report(c, "is of no use to a program that runs under every kernel",
                       "say with `abi:` which kernels the program is built for");
            check_keys(c);
            if (c.is_authority() && c.kind != CapKind::device_untyped &&
                !kinds_.insert(c.kind).second)
                report(c, "is held twice", "remove one");
            check_slot(c);
            if (c.kind == CapKind::device_untyped && c.device) check_device(c);
        }
    }

private:
    void report(const ComponentCap& c, std::string_view what, std::string hint,
                std::vector<Diagnostic::Note> notes = {}) {
        sink_.report({.id = "E235",
                      .where = c.name.where,
                      .message = cat("capability '", c.name.value, "' (", to_text(c.kind),
                                     ") of component '", component_.name.value, "' ", what),
                      .notes = std::move(notes),
                      .hint = std::move(hint)});
    }

    void check_keys(const ComponentCap& c) {
        const bool device = c.kind == CapKind::device_untyped, ram = c.kind == CapKind::untyped;
        if (device != c.device.has_value())
            report(c, device ? "does not say which device it is of" : "is of no device",
                   device ? "add `device:`" : "remove `device:`");
        if (ram != c.size.has_value())
            report(c, ram ? "has no size" : "has a size of its own",
                   ram ? "add `size:`" : "remove `size:`");
        else if (ram && (!std::has_single_bit(c.size->value) || c.size->value < untyped_min ||
                         c.size->value > untyped_max))
            report(c,
                   cat("has ", c.size->value, " bytes; an untyped is a power of two of at least ",
                       untyped_min),
                   cat("write ",
                       std::bit_ceil(std::min(std::max(c.size->value, untyped_min), untyped_max))));
    }

    void check_slot(const ComponentCap& c) {
        if (!c.slot) return;
        if (c.slot->value < first_free_slot || c.slot->value >= slot_limit)
            report(c, cat("is to stand in slot ", c.slot->value),
                   cat("slots are ", first_free_slot, " to ", slot_limit - 1));
        else if (!slots_.insert(c.slot->value).second)
            report(c, cat("is to stand in slot ", c.slot->value, ", which another one has"),
                   "choose another slot, or leave `slot:` out");
    }

    void check_device(const ComponentCap& c) {
        const auto node = system_.node_index(component_.node.value);
        const std::vector<size_t> found = select(hardware_, *c.device);
        if (!node || found.size() != 1) {
            if (node)
                report(c,
                       cat("names `", to_text(*c.device), "`, which is ", found.size(), " devices"),
                       "name one device by its full path");
            return;
        }
        const std::vector<DeviceClaim> claims = device_claims(system_, hardware_, *node);
        if (std::none_of(claims.begin(), claims.end(),
                         [&](const DeviceClaim& k) { return k.device == found[0]; }))
            return report(c,
                          cat("is of ", hardware_.devices[found[0]].path, ", which node '",
                              component_.node.value, "' does not own"),
                          "add it to `devices:` of the node");
        check_users(c, found[0]);
    }

    /// Pages are mapped for somebody, or are an untyped of one component.
    void check_users(const ComponentCap& c, size_t device) {
        const auto shares_page = [&](const DeviceSelector& other) {
            const std::vector<size_t> found = select(hardware_, other);
            return std::any_of(found.begin(), found.end(), [&](size_t i) {
                return share_page(hardware_.devices[i], hardware_.devices[device]);
            });
        };
        const auto taken = [&](std::string_view who, const SourceSpan& where) {
            report(c, cat("is of pages that ", who, " has"), "let one of them have the device",
                   {
                       {where, "the other one"}
            });
        };
        const NodeRequest& node = system_.nodes[*system_.node_index(component_.node.value)];
        if (node.console && shares_page(*node.console))
            taken("the node's console", node.console->where);
        for (const ComponentRequest& other : system_.components) {
            if (other.node.value != component_.node.value) continue;
            for (const ComponentDevice& d : other.devices)
                if (!d.map.empty() && shares_page(d.device))
                    taken(cat("component '", other.name.value, "'"), d.device.where);
            for (const ComponentCap& k : other.caps)
                if (&k < &c && k.device && shares_page(*k.device))
                    taken(cat("'", k.name.value, "' of '", other.name.value, "'"), k.name.where);
        }
    }

    const System& system_;
    const Hardware& hardware_;
    const ComponentRequest& component_;
    DiagnosticSink& sink_;
    std::set<uint32_t> slots_;
    std::set<CapKind> kinds_;
};

/// IRQControl cannot be copied: it moves from the root task to the one that holds it.
void check_irq_control(const System& system, DiagnosticSink& sink) {
    for (const NodeRequest& n : system.nodes) {
        const ComponentCap* first = nullptr;
        for (const ComponentRequest& c : system.components)
            for (const ComponentCap& k : c.caps) {
                if (c.node.value != n.name.value || k.kind != CapKind::irq_control) continue;
                if (first != nullptr)
                    sink.report({.id = "E235",
                                 .where = k.name.where,
                                 .message = cat("node '", n.name.value,
                                                "' has one irq-control, which cannot be copied, "
                                                "and a second holder"),
                                 .notes = {{first->name.where, "the first"}},
                                 .hint = "let one component hold it and open lines for others"});
                else
                    first = &k;
            }
    }
}

}  // namespace

void authority_acknowledged(const System& system, const Hardware&, DiagnosticSink& sink) {
    for (const ComponentRequest& c : system.components) {
        const auto node = system.node_index(c.node.value);
        for (const ComponentCap& k : c.caps) {
            if (!k.is_authority() || k.why) continue;
            const bool stock = node && system.nodes[*node].kernel.is_sel4();
            sink.report({.id = "E234",
                         .where = k.name.where,
                         .message = cat("component '", c.name.value, "' holds ", to_text(k.kind),
                                        ": ", authority_text(k.kind, stock)),
                         .hint = "if it is meant, say why: `why: \"...\"` beside `cap:`"});
        }
    }
}

void caps_sound(const System& system, const Hardware& hardware, DiagnosticSink& sink) {
    for (const ComponentRequest& c : system.components) CapRules{system, hardware, c, sink}.check();
    check_irq_control(system, sink);
}

void domains_scheduled(const System& system, const Hardware&, DiagnosticSink& sink) {
    const auto report = [&](const SourceSpan& where, std::string message, std::string hint) {
        sink.report(
            {.id = "E236", .where = where, .message = std::move(message), .hint = std::move(hint)});
    };
    for (const NodeRequest& n : system.nodes) {
        const bool own = !n.kernel.is_sel4();
        const uint32_t most = own ? builtin_domains - 1 : domain_max;
        const auto in_range = [&](const Located<uint32_t>& d, std::string_view whose) {
            if (d.value > most)
                report(d.where, cat("domain ", d.value, " of ", whose, " is above ", most),
                       own ? cat("mkl's own kernel has ", builtin_domains)
                           : std::string{"a seL4 kernel has at most 256"});
        };
        if (n.root && !n.domains.empty())
            report(n.domains.front().domain.where,
                   cat("the domain schedule of node '", n.name.value,
                       "' is its own root task's affair"),
                   "remove `domains:`");
        std::set<uint32_t> scheduled;
        for (const DomainTime& d : n.domains) {
            in_range(d.domain, cat("node '", n.name.value, "'"));
            scheduled.insert(d.domain.value);
        }
        if (!n.domains.empty() && !scheduled.contains(0))
            report(n.domains.front().domain.where,
                   cat("the schedule of node '", n.name.value,
                       "' leaves out domain 0, in which its console and faults are served"),
                   "add {domain: 0, time: ..}");
        for (const ComponentRequest& c : system.components) {
            if (c.node.value != n.name.value) continue;
            in_range(c.domain, cat("component '", c.name.value, "'"));
            if (!n.domains.empty() && !scheduled.contains(c.domain.value))
                report(c.domain.where.known() ? c.domain.where : c.where,
                       cat("component '", c.name.value, "' is in domain ", c.domain.value,
                           ", which never runs on node '", n.name.value, "'"),
                       "add it to `domains:` of the node");
        }
    }
}

}  // namespace mkl::rules
