// SPDX-License-Identifier: BSD-2-Clause
// mkl why: who owns a thing, through which chain, and why another node does not have it.
#include "pipeline.hpp"

namespace mkl::cli {

int run_why(Context& context) {
    const auto decided = decide(context);
    if (!decided) return exit_ok;
    return exit_ok;
}

}  // namespace mkl::cli
