// SPDX-License-Identifier: BSD-2-Clause
// Text without a C library: hex, decimal, and a print() that takes values one after another.
#pragma once

#include <stdint.h>

namespace mkl::rt {

/// Wraps a value that shall be printed as 0x... without padding.
struct Hex {
    uint64_t value;
};

/// A string of known length (names in fixed-size fields).
struct Text {
    const char* data;
    uint64_t size;
};

/// Up to `field` bytes or the first NUL.
constexpr Text bounded(const char* data, uint64_t field) {
    uint64_t n = 0;
    while (n < field && data[n]) n++;
    return {data, n};
}

template <class Put>
void put_value(Put& put, const char* text) {
    while (*text) put(*text++);
}
template <class Put>
void put_value(Put& put, Text text) {
    for (uint64_t i = 0; i < text.size; i++) put(text.data[i]);
}
template <class Put>
void put_value(Put& put, char c) {
    put(c);
}
template <class Put>
void put_value(Put& put, Hex hex) {
    put('0');
    put('x');
    int shift = 60;
    while (shift > 0 && !(hex.value >> shift)) shift -= 4;
    for (; shift >= 0; shift -= 4) put("0123456789abcdef"[hex.value >> shift & 15]);
}
template <class Put>
void put_value(Put& put, uint64_t value) {
    char digits[20];
    int n = 0;
    do {
        digits[n++] = static_cast<char>('0' + value % 10);
        value /= 10;
    } while (value);
    while (n) put(digits[--n]);
}
template <class Put>
void put_value(Put& put, uint32_t value) {
    put_value(put, uint64_t{value});
}
template <class Put>
void put_value(Put& put, int64_t value) {
    if (value < 0) put('-');
    put_value(put, value < 0 ? ~static_cast<uint64_t>(value) + 1 : static_cast<uint64_t>(value));
}
template <class Put>
void put_value(Put& put, int value) {
    put_value(put, int64_t{value});
}

/// print(put, "irq ", 33u, " at ", Hex{base}, '\n'); `put` is anything callable with a char.
template <class Put, class... Values>
void print(Put&& put, const Values&... values) {
    (put_value(put, values), ...);
}

/// Writes into a fixed buffer, always NUL-terminated, and drops what does not fit.
class BufferWriter {
public:
    constexpr BufferWriter(char* data, uint64_t capacity) : data_{data}, capacity_{capacity} {
        if (capacity_) data_[0] = 0;
    }
    constexpr void operator()(char c) {
        if (size_ + 1 >= capacity_) return;
        data_[size_++] = c;
        data_[size_] = 0;
    }
    constexpr uint64_t size() const { return size_; }

private:
    char* data_;
    uint64_t capacity_;
    uint64_t size_ = 0;
};

}  // namespace mkl::rt
