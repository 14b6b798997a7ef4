/* SPDX-License-Identifier: BSD-2-Clause */
#include "mkl/component.h"

void mkl_init(void) {
    for (;;) __asm__ volatile("" ::: "memory");
}
