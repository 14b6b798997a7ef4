// SPDX-License-Identifier: BSD-2-Clause
// Would program a bus master with the ring's physical address, then writes past its end.
#include <mkl/component.h>

void mkl_init(void) {
    size_t size = 0;
    volatile uint8_t* ring = mkl_buffer("ring", &size);
    uint32_t sum = 0;
    for (size_t i = 0; i < size; i++) ring[i] = (uint8_t)i;
    for (size_t i = 0; i < size; i++) sum += ring[i];
    mkl_printf("driver: %s, %lu bytes of DMA memory at a multiple of 64K\n",
               sum == size / 256 * 32640 && mkl_physical("ring") % 65536 == 0 ? "good" : "BAD",
               (unsigned long)size);
    ring[size] = 1;
    mkl_print("driver: wrote where nothing is\n");
}
