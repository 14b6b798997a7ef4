// SPDX-License-Identifier: BSD-2-Clause
// The command line as values.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "mkl/image/image.hpp"
#include "mkl/manifest/manifest.hpp"
#include "mkl/qemu/qemu.hpp"

namespace mkl::cli {

enum class Format { text, json, sarif };

struct Options {
    std::string command;           ///< name of one row of the table of commands
    std::filesystem::path system;  ///< SYSTEM.yaml; empty if not given
    std::filesystem::path image;   ///< verify, inspect
    std::filesystem::path status;  ///< inspect --status
    std::string thing;             ///< why THING, explain ID
    std::filesystem::path out;     ///< -o; empty if not given
    std::vector<Setting> set;      ///< --set, in order
    Format format = Format::text;
    bool map = false, lock = false;
    std::string node;                          ///< --node; empty if not given
    std::filesystem::path sign;                ///< --sign
    std::filesystem::path key;                 ///< verify --key
    std::filesystem::path second;              ///< --second
    uint64_t bootm_limit = usual_bootm_limit;  ///< --bootm-limit
    QemuOptions qemu;
};

/// What parse_options decided: run `options`, or end now with `exit_status`.
struct Parsed {
    Options options;
    std::optional<int> exit_status;  ///< --help, --version, usage errors; already printed
};
Parsed parse_options(int argc, char** argv);

}  // namespace mkl::cli
