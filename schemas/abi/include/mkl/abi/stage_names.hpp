// SPDX-License-Identifier: BSD-2-Clause
// Names of the stages of status.h, as host programs print them.
#pragma once

#include "mkl/abi/status.h"

namespace mkl {

constexpr const char* stage_name(uint32_t stage) {
    constexpr const char* names[MKL_STAGE_COUNT] = {"none", "loader", "started", "entered",
                                                    "verified", "copied", "kernel", "root",
                                                    "init", "ready", "up"};
    return stage < MKL_STAGE_COUNT ? names[stage] : "unknown";
}

}  // namespace mkl
