/* SPDX-License-Identifier: BSD-2-Clause */
/* A server that takes notice of a request and never runs again. */
#include "mkl/component.h"

void mkl_init(void) { (void)mkl_end("calc"); }

void mkl_notified(mkl_end_t end) {
    mkl_printf("mute: says nothing to client %u\n", mkl_client(end));
    mkl_stop();
}
