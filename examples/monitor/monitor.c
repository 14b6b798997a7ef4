// SPDX-License-Identifier: BSD-2-Clause
#include <mkl/component.h>

void mkl_init(void) {
    struct mkl_fault fault;
    while (!mkl_wait_fault(&fault)) {}
    mkl_printf("monitor: %s %s at pc 0x%lx, address 0x%lx\n", mkl_end_name(fault.component),
               fault.kind == MKL_FAULTED_MEMORY ? "touched memory it may not" : "faulted",
               (unsigned long)fault.pc, (unsigned long)fault.detail);
    mkl_signal(mkl_end("failed"));
}
