// SPDX-License-Identifier: BSD-2-Clause
#include <mkl/component.h>

void mkl_init(void) {
    mkl_wait(mkl_end("failed"));
    mkl_print("user: the driver has failed, doing without it\n");
}
