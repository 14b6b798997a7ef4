// SPDX-License-Identifier: BSD-2-Clause
// Is the request consistent, and is there such a board? One table of rules with prerequisites: a
// rule runs only if those it builds on found nothing, so one mistake gives one message.
//
// Errors   E2xx, W2xx (mkl/rules/findings.hpp). Placement is not decided here: partition/.
#pragma once

#include "mkl/model/hardware.hpp"
#include "mkl/model/plan.hpp"
#include "mkl/model/system.hpp"
#include "mkl/support/diagnostic.hpp"

namespace mkl {

/// false if an error was reported.
[[nodiscard]] bool check(const System& system, const Hardware& hardware, DiagnosticSink& sink);

/// The comparison that the loader makes at boot, made now with the tree that firmware hands over
/// (`firmware`, read from a running board): every range of the plan is RAM there that nobody keeps,
/// and the interrupt controller is the planned one. `where`: `firmware-tree:`.
[[nodiscard]] bool compare_with_firmware(const Plan& plan, const Hardware& board,
                                         const Hardware& firmware, const SourceSpan& where,
                                         DiagnosticSink& sink);

}  // namespace mkl
