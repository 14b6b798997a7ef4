// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>

#include "guest_memory.hpp"
#include "mkl/model/plan.hpp"
#include "mkl/support/diagnostic.hpp"

namespace mkl {

/// When each node reached each stage, from the status pages: a row a stage, a column a node,
/// milliseconds since the first stamp.
std::string timeline_text(const Plan& plan, const GuestMemory& memory);

/// Whether every node is up. A node with an error is W703; one that is not up is W704 if
/// `say_missing`.
bool report_nodes(const Plan& plan, const GuestMemory& memory, const SourceSpan& where,
                  bool say_missing, DiagnosticSink& sink);

}  // namespace mkl
