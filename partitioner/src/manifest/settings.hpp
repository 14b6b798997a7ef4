// SPDX-License-Identifier: BSD-2-Clause
// `--set KEY=VALUE` on the syntax tree.
#pragma once

#include "mkl/manifest/manifest.hpp"
#include "syntax.hpp"

namespace mkl::manifest {

/// Replaces or adds the value at the dotted path; a finding (E109) if there is no such place.
void apply_setting(SyntaxNode& root, const Setting& setting, DiagnosticSink& sink);

}  // namespace mkl::manifest
