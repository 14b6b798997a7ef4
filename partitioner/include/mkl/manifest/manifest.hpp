// SPDX-License-Identifier: BSD-2-Clause
// The system description: YAML text in, System with positions out. Syntax and shape only; whether
// the request makes sense is rules/.
//
// Limits   max_yaml_bytes of text, 100,000 nodes after aliases are expanded, 64 levels.
// Errors   E0xx the text, E1xx its shape; as many as can be found in one run.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "mkl/model/system.hpp"
#include "mkl/support/diagnostic.hpp"
#include "mkl/support/file_system.hpp"

namespace mkl {

/// `--set KEY=VALUE`: applied to the parsed text before it is read. KEY is a dotted path, a list
/// index is a number ("nodes.node0.devices.1"); VALUE is a YAML value ("64M", "[a, b]").
struct Setting {
    std::string key, value;
    std::string origin = "--set";  ///< what findings name as its place: this, or a file
    uint32_t line = 1;             ///< of the file
};

/// nullopt if an error was reported.
[[nodiscard]] std::optional<System> load_system(FileSystem& files,
                                                const std::filesystem::path& path,
                                                const std::vector<Setting>& set,
                                                DiagnosticSink& sink);

/// JSON Schema 2020-12 of the system description, from the table that the reader uses; the file
/// schemas/system.schema.json is this text.
std::string system_schema_json();

}  // namespace mkl
