// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/verify/verify.hpp"

#include <algorithm>

#include "open.hpp"
#include "proof.hpp"

namespace mkl {

namespace verify {

bool Proof::item(std::string_view what, bool good) {
    const auto [known, fresh] = row_of_.emplace(what, report_.rows.size());
    if (fresh) report_.rows.push_back({std::string{what}, 0, 0});
    VerifyReport::Row& row = report_.rows[known->second];
    row.items++;
    if (!good) row.bad++;
    return good;
}

void Proof::violation(std::string_view id, const std::string& part, std::string message,
                      Notes notes, std::string hint) {
    Diagnostic d{.id = id, .where = at(part), .message = std::move(message)};
    for (std::pair<std::string, std::string>& note : notes)
        d.notes.push_back({at(note.first), std::move(note.second)});
    d.hint = std::move(hint);
    sink_.report(std::move(d));
    violations_++;
}

}  // namespace verify

namespace {

using namespace verify;

/// `first`: the only configuration, or the default one, which is what was asked for.
void prove(Container container, bool first, const VerifyOptions& options, Proof& proof) {
    check_container(container, proof);
    if (options.proved && container.loadables.empty() && container.flat.same(*options.proved)) {
        proof.item("the container holds the proved loader and payload", true);
        return;
    }
    const auto view = open_image(std::move(container), proof);
    if (!view) return;
    check_archive(*view, proof);
    check_memory(*view, proof);
    check_segments(*view, proof);
    check_records(*view, proof);
    check_resources(*view, proof);
    check_shared(*view, proof);
    check_trees(*view, proof);
    check_specs(*view, proof);
    check_wiring(*view, proof);
    check_sel4(*view, proof);
    check_loader_info(*view, proof);
    if (first && options.expected) check_expected(*view, *options.expected, proof);
}

}  // namespace

bool verify_image(const ByteView& image, const VerifyOptions& options, DiagnosticSink& sink,
                  VerifyReport& report) {
    Proof proof{options, sink, report};
    bool first = true;
    for (Container& container : open_all(image, proof)) {
        prove(std::move(container), first, options, proof);
        first = false;
    }
    return proof.violations() == 0;
}

std::string to_text(const VerifyReport& report) {
    size_t width = 0;
    for (const VerifyReport::Row& r : report.rows) width = std::max(width, r.what.size());
    std::string out;
    uint64_t items = 0, bad = 0;
    for (const VerifyReport::Row& r : report.rows) {
        std::string what = r.what;
        what.resize(width, ' ');
        std::string count = std::to_string(r.items);
        if (count.size() < 8) count.insert(0, 8 - count.size(), ' ');
        out += cat(what, count, r.bad == 0 ? "  proved" : cat("  ", r.bad, " VIOLATED"), '\n');
        items += r.items;
        bad += r.bad;
    }
    for (const std::string& c : report.claims) out += cat("not proved: ", c, '\n');
    return out + cat(items, " items, ", bad, bad == 1 ? " violation\n" : " violations\n");
}

}  // namespace mkl
