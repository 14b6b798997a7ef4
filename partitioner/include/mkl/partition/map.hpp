// SPDX-License-Identifier: BSD-2-Clause
// The plan as a picture: a table for the terminal and an SVG.
#pragma once

#include <string>

#include "mkl/model/plan.hpp"

namespace mkl {

std::string map_text(const Plan& plan, const System& system, const Hardware& hardware);
/// Who enforces what, DMA, firmware, providers: in words.
std::string report_text(const Plan& plan);
std::string map_svg(const Plan& plan, const System& system, const Hardware& hardware);

}  // namespace mkl
