// SPDX-License-Identifier: BSD-2-Clause
// Out of line: a fault that a compiler knows at build time becomes a constant in memory, with
// addresses that nobody relocates where the loader runs.
#include "fault.hpp"

namespace mkl::loader {

Fault fault(uint32_t status, const char* subject, const char* text) {
    return {
        status, subject, text, {0, 0},
           false
    };
}

Fault fault(uint32_t status, const char* subject, const char* text, uint64_t first,
            uint64_t second) {
    return {
        status, subject, text, {first, second},
           true
    };
}

}  // namespace mkl::loader
