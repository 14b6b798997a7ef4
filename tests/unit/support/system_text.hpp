// SPDX-License-Identifier: BSD-2-Clause
// Systems from YAML text in a test.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mkl/manifest/manifest.hpp"

namespace mkl::test {

inline std::optional<System> read_system(std::string_view yaml, DiagnosticSink& sink,
                                         const std::vector<Setting>& set = {}) {
    MemoryFileSystem files;
    const auto bytes = as_bytes(yaml);
    files.files["system.yaml"] = Bytes{bytes.begin(), bytes.end()};
    return load_system(files, "system.yaml", set, sink);
}

/// "E101 3:5", one line a finding, for tests that care about what is found where.
inline std::string ids_of(const DiagnosticSink& sink) {
    std::string out;
    for (const Diagnostic& d : sink.all())
        out += std::string{d.id} + " " + std::to_string(d.where.line) + ":" +
               std::to_string(d.where.column) + "\n";
    return out;
}

}  // namespace mkl::test
