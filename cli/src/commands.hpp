// SPDX-License-Identifier: BSD-2-Clause
// The table of commands, and what each is given.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "mkl/artefacts/share.hpp"
#include "mkl/render/render.hpp"
#include "mkl/support/diagnostic.hpp"
#include "mkl/support/file_system.hpp"
#include "options.hpp"
#include "progress.hpp"

namespace mkl::cli {

// Exit statuses, docs/commands.md.
inline constexpr int exit_ok = 0;
inline constexpr int exit_findings = 1;
inline constexpr int exit_usage = 2;
inline constexpr int exit_not_seen = 3;
inline constexpr int exit_bug = 70;

struct Context {
    const Options& options;
    FileSystem& files;
    const render::Catalogue& catalogue;
    DiagnosticSink& sink;
    std::string out{};             ///< the command's own text; printed after it is done
    Progress* progress = nullptr;  ///< nullptr: nobody to tell
};

// Options that a command takes beside --set and --format.
enum Takes : unsigned {
    takes_system = 1u << 0,         ///< positional SYSTEM.yaml
    takes_image = 1u << 1,          ///< positional IMAGE
    takes_system_option = 1u << 2,  ///< --system SYSTEM.yaml
    takes_status = 1u << 3,         ///< --status FILE
    takes_thing = 1u << 4,          ///< positional THING, before SYSTEM.yaml
    takes_id = 1u << 5,             ///< positional ID
    takes_out = 1u << 6,            ///< -o DIR
    takes_out_required = 1u << 7,   ///< -o DIR must be given
    takes_map_lock = 1u << 8,       ///< --map, --lock
    takes_node = 1u << 9,           ///< --node N
    takes_sign = 1u << 10,          ///< --sign KEY
    takes_qemu = 1u << 11,          ///< the options of `mkl qemu`
    takes_key = 1u << 12,           ///< --key KEY
};

struct Command {
    std::string_view name, summary;
    unsigned takes;
    /// exit_ok or exit_not_seen; an error in context.sink turns either into exit_findings.
    int (*run)(Context& context);
};
std::span<const Command> commands();

int run_check(Context& context);
int run_partition(Context& context);
int run_image(Context& context);
int run_verify(Context& context);
int run_inspect(Context& context);
int run_why(Context& context);
int run_explain(Context& context);
int run_schema(Context& context);
int run_qemu(Context& context);

/// Where the programs for the boards lie: beside the executable, or below its prefix.
Share find_share();

}  // namespace mkl::cli
