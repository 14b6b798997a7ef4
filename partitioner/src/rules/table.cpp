// SPDX-License-Identifier: BSD-2-Clause
// Every rule, in the order in which they run. To add one: its function in a family, a row here, an
// entry in findings.cpp, tests/fixtures/bad/<ID>_<what>.yaml with its .txt.
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
    std::string_view after;  ///< ids; runs only if all of these ran and found nothing
};

constexpr std::array all{
    Rule{"E200", not_offered,              ""                   },
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
    Rule{"E240", ends_known,               "E203"               },
    Rule{"E241", ends_used_once,           "E240"               },
    Rule{"E242", pools_serve,              "E203 E240"          },
    Rule{"E250", dma_acknowledged,         "E220 E222"          },
};

constexpr bool ids_ascend() {
    for (size_t i = 1; i < all.size(); i++)
        if (!(all[i - 1].id.substr(1) < all[i].id.substr(1))) return false;
    return true;
}
static_assert(ids_ascend());

/// Ids of rules that found something or did not run: what stands on them cannot run either.
class Blocked {
public:
    explicit Blocked(const DiagnosticSink& sink) : sink_{sink} {}
    void add(std::string_view id) { skipped_.push_back(id); }
    bool any_of(std::string_view ids) const {
        while (!ids.empty()) {
            const size_t blank = std::min(ids.find(' '), ids.size());
            const std::string_view id = ids.substr(0, blank);
            if (sink_.has(id) || std::find(skipped_.begin(), skipped_.end(), id) != skipped_.end())
                return true;
            ids.remove_prefix(std::min(blank + 1, ids.size()));
        }
        return false;
    }

private:
    const DiagnosticSink& sink_;
    std::vector<std::string_view> skipped_;
};

}  // namespace
}  // namespace rules

bool check(const System& system, const Hardware& hardware, DiagnosticSink& sink) {
    const size_t errors = sink.error_count();
    rules::Blocked blocked{sink};
    for (const rules::Rule& rule : rules::all) {
        if (blocked.any_of(rule.after))
            blocked.add(rule.id);
        else
            rule.check(system, hardware, sink);
    }
    return sink.error_count() == errors;
}

}  // namespace mkl
