// SPDX-License-Identifier: BSD-2-Clause
// YAML to System, and the settings of --set.
#include "fuzz.hpp"
#include "mkl/manifest/manifest.hpp"

std::vector<mkl::Bytes> mkl::fuzz::seeds() { return {}; }

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const auto input = mkl::fuzz::bytes(data, size);
    mkl::MemoryFileSystem files;
    files.files["s.yaml"] = {input.begin(), input.end()};
    mkl::DiagnosticSink sink;
    const auto system = mkl::load_system(files, "s.yaml", {}, sink);
    if (system.has_value() == sink.has_errors()) __builtin_trap();
    const std::string text{mkl::as_text(input.first(std::min<size_t>(size, 64)))};
    mkl::DiagnosticSink again;
    (void)mkl::load_system(files, "s.yaml",
                           {
                               {text,    "1" },
                               {"nodes", text}
    },
                           again);
    return 0;
}
