// SPDX-License-Identifier: BSD-2-Clause
// Inside of the component runtime: the startup page, the stubs, the console ring.
#pragma once

#include "mkl/abi/component.h"
#include "mkl/abi/ring.h"
#include "mkl/component.h"

namespace mkl::user {

/// The startup page, checked; valid from crt0's call of `mkl_start` on.
extern const mkl_startup* startup;

/// Calls function `number` (MKL_STUB_*) of the stub page.
template <class Result = void, class... Arguments>
Result stub(unsigned number, Arguments... arguments) {
    const auto* page = reinterpret_cast<const mkl_stub_page*>(MKL_VA_STUB);
    using Function = Result (*)(Arguments...);
    return reinterpret_cast<Function>(MKL_VA_STUB + page->offset[number])(arguments...);
}

}  // namespace mkl::user
