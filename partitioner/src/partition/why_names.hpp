// SPDX-License-Identifier: BSD-2-Clause
// `mkl why` for names of the description: nodes, pools, components, connections, files.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mkl/model/plan.hpp"
#include "mkl/model/system.hpp"

namespace mkl::placement {

/// "system.yaml:12:5".
std::string place_text(const SourceSpan& where);

/// Every COMPONENT.END and NODE.END of the description.
std::vector<std::string> ends_of(const System& system);

/// nullopt: the description has no such name, or it is an end that a device has.
std::optional<std::string> why_name(const Plan& plan, const System& system, std::string_view thing);

}  // namespace mkl::placement
