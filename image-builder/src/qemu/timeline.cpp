// SPDX-License-Identifier: BSD-2-Clause
#include "timeline.hpp"

#include <algorithm>
#include <cstdio>

#include "mkl/abi/stage_names.hpp"
#include "mkl/support/text.hpp"

namespace mkl {

namespace {

std::string column(const std::string& text) {
    return text.size() < 12 ? std::string(12 - text.size(), ' ') + text : " " + text;
}

PhysAddr page_of(const PlanNode& node) { return node.status.base(); }

}  // namespace

std::string timeline_text(const Plan& plan, const GuestMemory& memory) {
    std::vector<std::optional<mkl_status>> pages;
    uint64_t first = UINT64_MAX;
    std::string out = "stage   ";
    for (const PlanNode& n : plan.nodes) {
        pages.push_back(read_status(memory, page_of(n)));
        if (pages.back())
            for (const uint64_t stamp : pages.back()->stamp)
                if (stamp != 0) first = std::min(first, stamp);
        out += column(n.name);
    }
    out += "   milliseconds since the first stamp\n";
    for (uint32_t s = MKL_STAGE_LOADER; s < MKL_STAGE_COUNT; s++) {
        std::string name = stage_name(s);
        name.resize(8, ' ');
        out += name;
        for (const auto& page : pages) {
            std::string cell = "-";
            if (page && page->stamp[s] != 0 && page->counter_hz != 0) {
                char text[32];
                std::snprintf(text, sizeof text, "%.3f",
                              1e3 * static_cast<double>(page->stamp[s] - first) /
                                  static_cast<double>(page->counter_hz));
                cell = text;
            }
            out += column(cell);
        }
        out += '\n';
    }
    return out;
}

bool report_nodes(const Plan& plan, const GuestMemory& memory, const SourceSpan& where,
                  bool say_missing, DiagnosticSink& sink) {
    bool all_up = true;
    for (const PlanNode& n : plan.nodes) {
        const auto page = read_status(memory, page_of(n));
        const bool up = page && page->stage >= MKL_STAGE_UP;
        all_up = all_up && up;
        if (page && page->error != 0)
            sink.report({.id = "W703",
                         .where = where,
                         .message = cat("node '", n.name, "' failed in stage '",
                                        stage_name(page->error_stage), "': ", page->text,
                                        " (error ", hex(page->error), ", ", hex(page->detail[0]),
                                        ", ", hex(page->detail[1]), ")")});
        else if (!up && say_missing)
            sink.report({.id = "W704",
                         .where = where,
                         .message = cat("node '", n.name, "' did not get up: it reached stage '",
                                        stage_name(page ? page->stage : MKL_STAGE_NONE), "'")});
    }
    return all_up;
}

}  // namespace mkl
