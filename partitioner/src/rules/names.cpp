// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>

#include "mkl/support/join.hpp"
#include "mkl/support/text.hpp"
#include "rules_internal.hpp"

namespace mkl::rules {

namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool well_formed(std::string_view name) {
    if (name.empty() || name.size() > name_max || !is_letter(name[0])) return false;
    return std::all_of(name.begin(), name.end(), [](char c) {
        return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
}

/// NODE/files/NAME is a name in the payload (MKL_PAYLOAD_NAME_SIZE).
constexpr size_t file_name_max = 24;

void check_name(std::string_view what, std::string_view name, const SourceSpan& where,
                DiagnosticSink& sink, size_t most = name_max) {
    if (well_formed(name) && name.size() <= most) return;
    const bool too_long = name.size() > most;
    sink.report({.id = "E201",
                 .where = where,
                 .message = too_long ? cat("the name of ", what, " '", name, "' has ", name.size(),
                                           " characters; at most ", most, " fit")
                                     : cat("'", name, "' is not a name for ", what),
                 .hint = "a letter, then letters, digits, `_` and `-`"});
}

void check_known(const System& system, const Located<std::string>& name, std::string_view who,
                 DiagnosticSink& sink) {
    if (system.node_index(name.value)) return;
    std::vector<std::string> known;
    for (const NodeRequest& n : system.nodes) known.push_back(n.name.value);
    sink.report({.id = "E203",
                 .where = name.where,
                 .message = cat(who, " names node '", name.value, "', which does not exist"),
                 .hint = name_hint(name.value, known)});
}

}  // namespace

std::string name_hint(std::string_view word, const std::vector<std::string>& known) {
    constexpr size_t few = 8, most = 4;
    const std::string near = did_you_mean(word, known);
    if (!near.empty()) return cat("did you mean `", near, "`?");
    if (known.empty()) return "";
    const auto quoted = [](const std::string& name) { return cat("`", name, "`"); };
    if (known.size() <= few) return cat("there is ", join(known, quoted));
    std::vector<std::string> alike = known;
    const auto differs = [&](const std::string& name) { return !name.starts_with(word); };
    while (std::all_of(known.begin(), known.end(), differs)) word.remove_suffix(1);
    std::erase_if(alike, differs);
    return cat("there is ", join_some(most, alike, quoted));
}

void names_well_formed(const System& system, const Hardware&, DiagnosticSink& sink) {
    for (const NodeRequest& n : system.nodes)
        check_name("a node", n.name.value, n.name.where, sink);
    for (const PoolRequest& p : system.shared)
        check_name("a pool", p.name.value, p.name.where, sink);
    for (const ComponentRequest& c : system.components) {
        check_name("a component", c.name.value, c.name.where, sink);
        for (const ComponentDevice& d : c.devices) {
            if (!d.map.empty()) check_name("mapped registers", d.map, d.device.where, sink);
            if (!d.irq.empty()) check_name("an interrupt", d.irq, d.device.where, sink);
        }
        for (const ComponentCap& k : c.caps)
            check_name("a capability", k.name.value, k.name.where, sink);
    }
    for (const FileRequest& f : system.files)
        check_name("a file", f.name.value, f.name.where, sink, file_name_max);
    for (const ConnectionRequest& c : system.connections) {
        check_name("a connection", c.name.value, c.name.where, sink);
        check_name("an end", c.from.name, c.from.where, sink);
        check_name("an end", c.to.name, c.to.where, sink);
    }
}

/// NODE.NAME and COMPONENT.NAME are written alike.
void names_distinct(const System& system, const Hardware&, DiagnosticSink& sink) {
    for (const ComponentRequest& c : system.components)
        for (const NodeRequest& n : system.nodes)
            if (n.root && n.name.value == c.name.value)
                sink.report({.id = "E202",
                             .where = c.name.where,
                             .message = cat("component '", c.name.value,
                                            "' has the name of a node with a `root:`; an end `",
                                            c.name.value, ".x` could be either's"),
                             .notes = {{n.name.where, "the node"}},
                             .hint = "rename one of them"});
}

void names_known(const System& system, const Hardware&, DiagnosticSink& sink) {
    for (const PoolRequest& p : system.shared)
        for (const auto& [name, rights] : p.nodes)
            check_known(system, name, cat("pool '", p.name.value, "'"), sink);
    for (const ComponentRequest& c : system.components)
        check_known(system, c.node, cat("component '", c.name.value, "'"), sink);
    for (const FileRequest& f : system.files)
        check_known(system, f.node, cat("file '", f.name.value, "'"), sink);
    for (const ShareRequest& s : system.share) check_known(system, s.owner, "`share:`", sink);
}

}  // namespace mkl::rules
