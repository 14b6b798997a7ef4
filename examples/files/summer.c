// SPDX-License-Identifier: BSD-2-Clause
#include <mkl/component.h>

/* Adds up the numbers of its file, a line each, and leaves the sum behind them: the room is its
 * own. */
void mkl_init(void) {
    size_t size = 0;
    volatile unsigned char* text = mkl_buffer("numbers", &size);
    unsigned sum = 0, number = 0, count = 0;
    for (size_t i = 0; i < size; i++) {
        if (text[i] >= '0' && text[i] <= '9') {
            number = number * 10 + (text[i] - '0');
            continue;
        }
        sum += number;
        number = 0;
        count++;
    }
    text[size] = (unsigned char)sum;
    if (text[size] != (unsigned char)sum) mkl_print("summer: the sum is not there\n");
    mkl_printf("summer: %u numbers make %u, read at 0x%x\n", count, sum,
               (unsigned)mkl_physical("numbers"));
}
