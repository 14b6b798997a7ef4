// SPDX-License-Identifier: BSD-2-Clause
// memcpy and friends, which the compiler calls by itself in freestanding code. All accesses are
// naturally aligned, so they also work with the MMU off and on device or non-cacheable memory.
#pragma once

#include <stddef.h>

extern "C" {
void* memcpy(void* to, const void* from, size_t size);
void* memmove(void* to, const void* from, size_t size);
void* memset(void* to, int value, size_t size);
int memcmp(const void* a, const void* b, size_t size);
size_t strlen(const char* text);
}

namespace mkl::rt {

/// The same functions under names that a hosted C library does not have: what the tests call.
void* copy_forward(void* to, const void* from, size_t size);
void* copy_backward(void* to, const void* from, size_t size);
void* fill(void* to, unsigned char value, size_t size);
int compare(const void* a, const void* b, size_t size);

}  // namespace mkl::rt
