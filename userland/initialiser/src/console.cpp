// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/user/console.hpp"

#include "mkl/user/kernel_calls.hpp"

namespace mkl::user {

void Console::put_one(rt::RingWriter& ring, char c) {
    if (log_ != nullptr) {
        ring.put(c);
    } else if (ready_) {
        uart_.put(c);
    } else {
        kernel::debug_put(c);  // a failure before there is a console: debug kernels show it
    }
}

}  // namespace mkl::user
