// SPDX-License-Identifier: BSD-2-Clause
// The joined catalogue and its two printed forms: `mkl explain` and docs/diagnostics.md.
#include <algorithm>
#include <cassert>
#include <tuple>

#include "mkl/render/render.hpp"
#include "mkl/support/text.hpp"

namespace mkl::render {

namespace {

// E203 and W203 stand together: number first, then letter.
auto order(const FindingDoc& d) { return std::tuple{d.id.substr(1), d.id.substr(0, 1)}; }

struct Chapter {
    std::string_view first;  // number
    std::string_view title;
};
// Ranges of support/diagnostic.hpp.
constexpr Chapter chapters[] = {
    {"000", "Files and YAML"               },
    {"200", "Rules"                        },
    {"300", "Placement"                    },
    {"400", "Device tree"                  },
    {"500", "Kernels, components and image"},
    {"600", "Verify"                       },
    {"700", "QEMU"                         },
    {"800", "Commands"                     },
    {"900", "Host system"                  },
};

}  // namespace

Catalogue::Catalogue(std::vector<FindingDoc> docs) : docs_{std::move(docs)} {
    std::sort(docs_.begin(), docs_.end(),
              [](const FindingDoc& a, const FindingDoc& b) { return order(a) < order(b); });
}

const FindingDoc* Catalogue::find(std::string_view id) const {
    const auto it =
        std::find_if(docs_.begin(), docs_.end(), [&](const FindingDoc& d) { return d.id == id; });
    return it == docs_.end() ? nullptr : &*it;
}

std::string page(const FindingDoc& doc) {
    std::string out =
        cat(doc.id, ' ', doc.slug, " (", severity_name(doc.severity), ")\n\n", doc.title, "\n");
    if (!doc.meaning.empty()) out += cat("\n", doc.meaning, "\n");
    if (!doc.example.empty()) {
        out += "\nExample:\n\n";
        size_t begin = 0;
        while (begin < doc.example.size()) {
            const size_t end = std::min(doc.example.find('\n', begin), doc.example.size());
            const std::string_view line = doc.example.substr(begin, end - begin);
            if (line.empty())
                out += '\n';
            else
                out += cat("    ", line, '\n');
            begin = end + 1;
        }
    }
    if (!doc.fix.empty()) out += cat("\nWhat to do: ", doc.fix, "\n");
    return out;
}

std::string reference(const Catalogue& catalogue) {
    std::string out =
        "<!-- SPDX-License-Identifier: BSD-2-Clause -->\n"
        "# Findings\n\n"
        "For users of mkl: every finding, what it means and what to do. Generated from the tables "
        "of the\nlibraries; `mkl explain ID` prints one of these. E is an error (exit status 1, "
        "nothing written),\nW a warning, N a note. An id never changes its meaning.\n";
    const Chapter* current = nullptr;
    for (const FindingDoc& d : catalogue.all()) {
        const Chapter* chapter = &chapters[0];
        for (const Chapter& c : chapters)
            if (c.first <= d.id.substr(1)) chapter = &c;
        if (chapter != current) out += cat("\n## ", chapter->title, '\n');
        current = chapter;
        out += cat("\n### ", d.id, ' ', d.slug, "\n\n**", d.title, "** (",
                   severity_name(d.severity), ")\n");
        if (!d.meaning.empty()) out += cat("\n", d.meaning, "\n");
        if (!d.example.empty()) {
            out += cat("\n```\n", d.example);
            if (d.example.back() != '\n') out += '\n';
            out += "```\n";
        }
        if (!d.fix.empty()) out += cat("\nWhat to do: ", d.fix, "\n");
    }
    return out;
}

}  // namespace mkl::render
