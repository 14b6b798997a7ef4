// SPDX-License-Identifier: BSD-2-Clause
// The names the compiler calls. Target builds only: a hosted program has its own.
#include "mkl/rt/memory.hpp"

#include <stdint.h>

extern "C" {

void* memcpy(void* to, const void* from, size_t size) {
    return mkl::rt::copy_forward(to, from, size);
}

void* memmove(void* to, const void* from, size_t size) {
    // Forward is right unless `to` starts inside the source.
    const uintptr_t distance = reinterpret_cast<uintptr_t>(to) - reinterpret_cast<uintptr_t>(from);
    return distance < size ? mkl::rt::copy_backward(to, from, size)
                           : mkl::rt::copy_forward(to, from, size);
}

void* memset(void* to, int value, size_t size) {
    return mkl::rt::fill(to, static_cast<unsigned char>(value), size);
}

int memcmp(const void* a, const void* b, size_t size) { return mkl::rt::compare(a, b, size); }

// Counting zeros on processors without an instruction for it (RV64 without Zbb). Undefined for 0.
int __clzdi2(uint64_t v);
int __ctzdi2(uint64_t v);

int __clzdi2(uint64_t v) {
    int n = 0;
    for (int step = 32; step; step /= 2) {
        if (v >> (64 - step)) continue;
        n += step;
        v <<= step;
    }
    return n;
}

int __ctzdi2(uint64_t v) {
    int n = 0;
    for (int step = 32; step; step /= 2) {
        if (v << (64 - step)) continue;
        n += step;
        v >>= step;
    }
    return n;
}

size_t strlen(const char* text) {
    size_t n = 0;
    while (text[n]) n++;
    return n;
}
}
