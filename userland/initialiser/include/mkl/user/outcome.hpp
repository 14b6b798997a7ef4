// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <stdint.h>

namespace mkl::user {

inline constexpr uint32_t no_object = ~0u;

/// What went wrong, for one line on the console: which operation, on which object of the spec, and
/// what the kernel said. `operation` is nullptr if all went well.
struct [[nodiscard]] Outcome {
    const char* operation = nullptr;
    uint64_t error = 0;
    uint32_t object = no_object;
    uint64_t detail = 0;  ///< an address, where the operation is about one

    bool failed() const { return operation != nullptr; }
};

/// `error` is the result of `operation`; fine if it is 0.
inline Outcome outcome(const char* operation, uint64_t error, uint32_t object = no_object,
                       uint64_t detail = 0) {
    if (error == 0) return {};
    return {operation, error, object, detail};
}

}  // namespace mkl::user
