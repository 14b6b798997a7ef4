/* SPDX-License-Identifier: BSD-2-Clause */
#include "mkl/component.h"

void mkl_init(void) {}

void mkl_notified(mkl_end_t end) { mkl_printf("user: %s came\n", mkl_end_name(end)); }
