// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/rt/memory.hpp"

#include <stdint.h>

namespace mkl::rt {
namespace {

// Words that may alias anything.
using AnyWord [[gnu::may_alias]] = uint64_t;
constexpr size_t word = sizeof(AnyWord);
constexpr size_t block = 8 * word;

uintptr_t address(const void* p) { return reinterpret_cast<uintptr_t>(p); }

// The caller has checked the alignment.
AnyWord* words(void* p) { return static_cast<AnyWord*>(p); }
const AnyWord* words(const void* p) { return static_cast<const AnyWord*>(p); }

}  // namespace

void* copy_forward(void* to, const void* from, size_t size) {
    auto* d = static_cast<unsigned char*>(to);
    const auto* s = static_cast<const unsigned char*>(from);
    if ((address(d) ^ address(s)) % word == 0) {
        for (; size && address(d) % word; size--) *d++ = *s++;
        for (; size >= block; size -= block, d += block, s += block) {
            auto* dw = words(d);
            const auto* sw = words(s);
            const AnyWord a = sw[0], b = sw[1], c = sw[2], e = sw[3];
            const AnyWord f = sw[4], g = sw[5], h = sw[6], i = sw[7];
            dw[0] = a, dw[1] = b, dw[2] = c, dw[3] = e;
            dw[4] = f, dw[5] = g, dw[6] = h, dw[7] = i;
        }
        for (; size >= word; size -= word, d += word, s += word) *words(d) = *words(s);
    }
    while (size--) *d++ = *s++;
    return to;
}

void* copy_backward(void* to, const void* from, size_t size) {
    auto* d = static_cast<unsigned char*>(to) + size;
    const auto* s = static_cast<const unsigned char*>(from) + size;
    if ((address(d) ^ address(s)) % word == 0) {
        for (; size && address(d) % word; size--) *--d = *--s;
        for (; size >= word; size -= word) {
            d -= word, s -= word;
            *words(d) = *words(s);
        }
    }
    while (size--) *--d = *--s;
    return to;
}

void* fill(void* to, unsigned char value, size_t size) {
    auto* d = static_cast<unsigned char*>(to);
    const AnyWord pattern = 0x0101010101010101u * value;
    for (; size && address(d) % word; size--) *d++ = value;
    for (; size >= 2 * block; size -= 2 * block, d += 2 * block) {
        auto* dw = words(d);
        dw[0] = pattern, dw[1] = pattern, dw[2] = pattern, dw[3] = pattern;
        dw[4] = pattern, dw[5] = pattern, dw[6] = pattern, dw[7] = pattern;
        dw[8] = pattern, dw[9] = pattern, dw[10] = pattern, dw[11] = pattern;
        dw[12] = pattern, dw[13] = pattern, dw[14] = pattern, dw[15] = pattern;
    }
    for (; size >= word; size -= word, d += word) *words(d) = pattern;
    while (size--) *d++ = value;
    return to;
}

int compare(const void* a, const void* b, size_t size) {
    const auto* x = static_cast<const unsigned char*>(a);
    const auto* y = static_cast<const unsigned char*>(b);
    for (; size; size--, x++, y++)
        if (*x != *y) return *x < *y ? -1 : 1;
    return 0;
}

}  // namespace mkl::rt
