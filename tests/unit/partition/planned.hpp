// SPDX-License-Identifier: BSD-2-Clause
// A plan, from a system description as text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mkl/partition/partition.hpp"
#include "mkl/rules/rules.hpp"
#include "system_text.hpp"

namespace mkl::test {

/// Plan of a YAML text on a board; a test fails if there is none.
struct Planned {
    System system;
    Hardware hardware;
    Plan plan;
    DiagnosticSink sink;
};
inline std::optional<Planned> plan_of(std::string_view yaml, Hardware hardware) {
    Planned p;
    std::optional<System> system = read_system(yaml, p.sink);
    if (!system) return std::nullopt;
    p.system = std::move(*system);
    p.hardware = std::move(hardware);
    if (!check(p.system, p.hardware, p.sink)) return std::nullopt;
    std::optional<Plan> plan = partition(p.system, p.hardware, p.sink);
    if (!plan) return std::nullopt;
    p.plan = std::move(*plan);
    return p;
}

inline std::string system_with(std::string_view rest) {
    return "mkl: 1\nboard: {dtb: board.dtb}\n" + std::string{rest};
}

}  // namespace mkl::test
