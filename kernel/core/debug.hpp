// SPDX-License-Identifier: BSD-2-Clause
// What only the debug build says and does. In the release build these are empty.
#pragma once

#include "kernel.hpp"
#include "mkl/rt/format.hpp"

namespace mkl::kernel::debug {

/// One byte to the record's console, or to the log ring if there is none.
void put(char c);

template <class... Values>
void say(const Values&... values) {
    if constexpr (debug_build) rt::print(put, values...);
}

void report_unhandled(Tcb& t, const Fault& fault);
/// System calls below reply_recv .. nb_recv; false if `number` is none of them.
bool handle_syscall(int64_t number);

}  // namespace mkl::kernel::debug
