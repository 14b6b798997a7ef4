// SPDX-License-Identifier: BSD-2-Clause
// Why the loader refuses something. Checks return it, nobody below main prints.
#pragma once

#include "mkl/abi/status.h"

namespace mkl::loader {

/// ok() or one reason. Strings are literals or point into the payload table, which stays.
struct [[nodiscard]] Fault {
    uint32_t status = MKL_STATUS_OK;  // MKL_STATUS_*, goes to the status page
    const char* subject = nullptr;    // entry, node or table it is about
    const char* text = nullptr;       // "SHA-256 differs"
    uint64_t detail[2] = {0, 0};
    bool shows_values = false;  // the line ends with both details in hexadecimal

    constexpr bool ok() const { return status == MKL_STATUS_OK; }
};

constexpr Fault no_fault() { return {}; }
Fault fault(uint32_t status, const char* subject, const char* text);
/// With two values that the line ends with.
Fault fault(uint32_t status, const char* subject, const char* text, uint64_t first,
            uint64_t second);

}  // namespace mkl::loader
