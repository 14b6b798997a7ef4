// SPDX-License-Identifier: BSD-2-Clause
// mkl schema: the JSON schema of the system description, for editors.
#include "commands.hpp"

namespace mkl::cli {

int run_schema(Context& context) {
    context.out += system_schema_json();
    return exit_ok;
}

}  // namespace mkl::cli
