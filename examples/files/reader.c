// SPDX-License-Identifier: BSD-2-Clause
#include <mkl/component.h>

/* Prints its file line by line. */
void mkl_init(void) {
    size_t size = 0;
    const volatile char* text = mkl_buffer("greeting", &size);
    char line[80];
    size_t used = 0;
    for (size_t i = 0; i < size; i++) {
        if (text[i] != '\n' && used < sizeof line - 1) {
            line[used++] = text[i];
            continue;
        }
        line[used] = 0;
        mkl_printf("reader: %s\n", line);
        used = 0;
    }
    mkl_printf("reader: done, %u bytes\n", (unsigned)size);
}
