// SPDX-License-Identifier: BSD-2-Clause
// Who owns a thing and through which chain; and why a node does not have it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mkl/model/plan.hpp"
#include "mkl/support/diagnostic.hpp"

namespace mkl {

/// Devices by path, alias, label (with or without &), or the name of their node; more than one only
/// by the last.
std::vector<size_t> devices_named(const Hardware& hardware, std::string_view thing);

/// `thing`: a device (as devices_named() takes it), an address ("0x9000000"), an interrupt
/// ("irq 33" or "33"), a CPU ("cpu 1" or its path), or a name of the description (node, pool,
/// component, COMPONENT.END, connection, file). `node`: also say why that one does not have it.
/// Text for people, several lines; nullopt after E310 if there is no such thing.
std::optional<std::string> why(const Plan& plan, const System& system, const Hardware& hardware,
                               std::string_view thing, std::optional<size_t> node,
                               DiagnosticSink& sink);

}  // namespace mkl
