// SPDX-License-Identifier: BSD-2-Clause
// How an operation ends, and what is said to the thread that asked for it.
#pragma once

#include "config.hpp"
#include "mkl/kapi/types.hpp"

namespace mkl::kernel {

enum class [[nodiscard]] Status : uint8_t{
    ok,
    error,      // details in kernel.error; the caller of an invocation gets them as its reply
    preempted,  // an interrupt waits: the thread repeats its system call later
};

/// Why a capability address did not lead to a slot.
struct LookupFault {
    kapi::LookupFailure type = kapi::no_failure;
    Word bits_left = 0, bits_found = 0, guard_found = 0;
};

/// The last error: label and message words of the reply.
struct ErrorInfo {
    kapi::Error code = kapi::no_error;
    Word words[5]{};
    unsigned count = 0;
};

/// Each records an error and returns Status::error.
Status fail(kapi::Error code);
Status fail(kapi::Error code, Word w0);
Status fail_range(Word least, Word greatest);
Status fail_lookup(bool source, const LookupFault& fault);

}  // namespace mkl::kernel
