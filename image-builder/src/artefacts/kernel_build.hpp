// SPDX-License-Identifier: BSD-2-Clause
// `kernel: {build: [..]}`: the user's own command, and the stamp that says which overlay an ELF was
// built from. mkl knows no kernel's build; it hands over paths.
#pragma once

#include "inputs.hpp"

namespace mkl {

/// What a build starts from.
struct KernelSourceTexts {
    const std::string &overlay, &dts;
    const Bytes& dtb;
};

/// Runs the command with {overlay}, {dts}, {dtb} (files that are gone afterwards), {dir} (where mkl
/// writes the node's files) and {node} in place, in the YAML's directory, then writes the stamp.
/// False with E548.
bool build_kernel(const System& system, const NodeRequest& node, const KernelSourceTexts& sources,
                  const std::filesystem::path& out, DiagnosticSink& sink);

/// Whether the ELF's stamp, if it has one, is of this overlay.
bool is_current(const System& system, const NodeRequest& node, const std::string& overlay,
                FileSystem& files);

}  // namespace mkl
