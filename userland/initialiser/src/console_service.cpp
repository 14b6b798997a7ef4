// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/user/root.hpp"

namespace mkl::user {
namespace {

constexpr unsigned remote_lines = 16;

}  // namespace

void ConsoleService::add(const void* ring, uint64_t size, const char* prefix) {
    if (count_ == max_consoles) return;
    sources_[count_++] = {
        LineReader{ring, size},
        prefix, 0, false
    };
}

void ConsoleService::drain(Source& source, unsigned max_lines) {
    // Off the small stack; only the console thread comes here.
    static char line[MKL_LINE_MAX];
    uint32_t length = 0;
    uint64_t lost = 0;
    unsigned lines = 0;
    while (lines < max_lines && source.reader.next(line, length, lost)) {
        lines++;
        const char* prefix = source.prefix != nullptr ? source.prefix : "";
        const char* bar = source.prefix != nullptr ? "| " : "";
        if (lost != 0) console_.line(prefix, bar, "[", lost, " bytes lost]");
        lost = 0;
        console_.line(prefix, bar, rt::Text{line, length});
    }
    rt::store_relaxed(source.more, lines == max_lines);
}

void ConsoleService::drain() {
    for (unsigned i = 0; i < count_; i++) {
        const bool remote = sources_[i].prefix != nullptr;
        drain(sources_[i], remote ? remote_lines : ~0u);
    }
}

bool ConsoleService::remote_changed() {
    bool changed = false;
    for (unsigned i = 0; i < count_; i++) {
        Source& source = sources_[i];
        if (source.prefix == nullptr) continue;
        changed |= source.reader.changed(source.seen) || rt::load_relaxed(source.more);
    }
    return changed;
}

}  // namespace mkl::user
