// SPDX-License-Identifier: BSD-2-Clause
// Every rule, in the order in which they run. To add one: its function in a family, a row here, an
// entry in findings.cpp, tests/fixtures/bad/<ID>_<what>.yaml with its .txt.
//
// All of them run, whatever the others found: what a rule cannot judge (a name that is not known, a
// device that is not there) it passes over.
#include <algorithm>
#include <array>

#include "mkl/rules/rules.hpp"
#include "rules_internal.hpp"

namespace mkl {

namespace rules {
namespace {

struct Rule {
    std::string_view id;
    CheckFn check;
    /// Ids that say why: a finding at a place where one of these was reported follows from it, and
    /// is left out.
    std::string_view after;
};

constexpr std::array all{
    Rule{"E201", names_well_formed,        ""                   },
    Rule{"E202", names_distinct,           "E201"               },
    Rule{"E203", names_known,              "E201"               },
    Rule{"E204", nodes_present,            ""                   },
    Rule{"E205", cpus_on_board,            ""                   },
    Rule{"E206", cpus_startable,           "E205"               },
    Rule{"E207", cpu_owned_once,           "E205"               },
    Rule{"E210", memory_aligned,           ""                   },
    Rule{"E211", memory_disjoint,          "E210"               },
    Rule{"E212", memory_in_ram,            "E210 E211"          },
    Rule{"E213", memory_limits,            ""                   },
    Rule{"E220", devices_known,            ""                   },
    Rule{"E221", devices_enabled,          "E220"               },
    Rule{"E222", devices_assignable,       "E220"               },
    Rule{"E223", device_owned_once,        "E220 E222"          },
    Rule{"E224", console_usable,           "E220 E221 E222 E223"},
    Rule{"E225", pages_unshared,           "E220 E222 E223"     },
    Rule{"E226", interrupts_unshared,      "E220 E222 E223"     },
    Rule{"E227", providers_not_elsewhere,  "E220 E222 E223"     },
    Rule{"W228", nested_controllers_owned, "E220 E222 E223"     },
    Rule{"E230", components_placeable,     "E203"               },
    Rule{"E231", priorities_in_range,      ""                   },
    Rule{"E232", component_devices_owned,  "E203 E220 E221"     },
    Rule{"E233", component_files_owned,    "E203"               },
    Rule{"E234", authority_acknowledged,   ""                   },
    Rule{"E235", caps_sound,               "E203 E220 E221"     },
    Rule{"E236", domains_scheduled,        ""                   },
    Rule{"E237", consoles_undriven,        "E221 E224 E232"     },
    Rule{"E238", interrupts_taken_once,    "E232 E237"          },
    Rule{"E240", ends_known,               "E203"               },
    Rule{"E241", ends_used_once,           "E240"               },
    Rule{"E242", pools_serve,              "E203 E240"          },
    Rule{"E250", dma_acknowledged,         "E220 E222"          },
    Rule{"E252", streams_unshared,         "E220 E222 E223 E227"},
    Rule{"W253", provider_lines_unshared,  "E220 E222 E223 E227"},
    Rule{"E270", files_fit_their_room,     ""                   },
};

constexpr bool ids_ascend() {
    for (size_t i = 1; i < all.size(); i++)
        if (!(all[i - 1].id.substr(1) < all[i].id.substr(1))) return false;
    return true;
}
static_assert(ids_ascend());

bool names_id(std::string_view ids, std::string_view id) {
    while (!ids.empty()) {
        const size_t blank = std::min(ids.find(' '), ids.size());
        if (ids.substr(0, blank) == id) return true;
        ids.remove_prefix(std::min(blank + 1, ids.size()));
    }
    return false;
}

bool same_place(const SourceSpan& a, const SourceSpan& b) {
    return a.line != 0 && a.line == b.line && a.column == b.column && a.file == b.file;
}

/// One mistake, one message.
bool follows(const Diagnostic& finding, std::string_view after, const DiagnosticSink& sink) {
    return std::any_of(sink.all().begin(), sink.all().end(), [&](const Diagnostic& cause) {
        if (!names_id(after, cause.id)) return false;
        if (same_place(finding.where, cause.where)) return true;
        return std::any_of(
            finding.notes.begin(), finding.notes.end(),
            [&](const Diagnostic::Note& n) { return same_place(n.where, cause.where); });
    });
}

}  // namespace
}  // namespace rules

bool check(const System& system, const Hardware& hardware, DiagnosticSink& sink) {
    const size_t errors = sink.error_count();
    for (const rules::Rule& rule : rules::all) {
        DiagnosticSink found;
        rule.check(system, hardware, found);
        for (const Diagnostic& d : found.all())
            if (!rules::follows(d, rule.after, sink)) sink.report(d);
    }
    return sink.error_count() == errors;
}

}  // namespace mkl
