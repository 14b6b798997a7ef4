// SPDX-License-Identifier: BSD-2-Clause
// printf for components: no floating point, no allocation, no locale.
#include "mkl/component.h"

namespace {

/// Text that counts on when its buffer is full, as snprintf does.
class Sink {
public:
    Sink(char* out, size_t size) : out_{out}, size_{size} {}
    void put(char c) {
        if (length_ + 1 < size_) out_[length_] = c;
        length_++;
    }
    void pad(char c, size_t count) {
        while (count-- > 0) put(c);
    }
    int finish() {
        if (size_ > 0) out_[length_ < size_ ? length_ : size_ - 1] = '\0';
        return static_cast<int>(length_);
    }

private:
    char* out_;
    size_t size_, length_ = 0;
};

struct Spec {
    bool left = false, zero = false;
    size_t width = 0;
    size_t precision = SIZE_MAX;
    unsigned longs = 0;  ///< l and z count one, ll two
    char conversion = '\0';
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Reads the specification behind '%'; returns what follows it.
const char* parse(const char* p, Spec& spec) {
    for (;; p++) {
        if (*p == '-') {
            spec.left = true;
        } else if (*p == '0') {
            spec.zero = true;
        } else {
            break;
        }
    }
    for (; is_digit(*p); p++) spec.width = spec.width * 10 + static_cast<size_t>(*p - '0');
    if (*p == '.') {
        spec.precision = 0;
        for (p++; is_digit(*p); p++)
            spec.precision = spec.precision * 10 + static_cast<size_t>(*p - '0');
    }
    for (; *p == 'l' || *p == 'z' || *p == 'h'; p++)
        if (*p != 'h') spec.longs++;
    spec.conversion = *p;
    return *p == '\0' ? p : p + 1;
}

void put_text(Sink& sink, const Spec& spec, const char* text) {
    if (text == nullptr) text = "(null)";
    size_t length = 0;
    while (length < spec.precision && text[length] != '\0') length++;
    const size_t fill = spec.width > length ? spec.width - length : 0;
    if (!spec.left) sink.pad(' ', fill);
    for (size_t i = 0; i < length; i++) sink.put(text[i]);
    if (spec.left) sink.pad(' ', fill);
}

void put_number(Sink& sink, const Spec& spec, uint64_t value, unsigned base, bool negative,
                const char* prefix) {
    const char* digits = spec.conversion == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    char text[20];
    size_t length = 0;
    do {
        text[length++] = digits[value % base];
        value /= base;
    } while (value != 0);
    size_t total = length + (negative ? 1 : 0);
    for (const char* p = prefix; *p != '\0'; p++) total++;
    const size_t fill = spec.width > total ? spec.width - total : 0;
    const bool zeros = spec.zero && !spec.left;
    if (!spec.left && !zeros) sink.pad(' ', fill);
    if (negative) sink.put('-');
    for (const char* p = prefix; *p != '\0'; p++) sink.put(*p);
    if (zeros) sink.pad('0', fill);
    while (length > 0) sink.put(text[--length]);
    if (spec.left) sink.pad(' ', fill);
}

}  // namespace

extern "C" int mkl_vsnprintf(char* out, size_t size, const char* format, va_list args) {
    Sink sink{out, size};
    while (*format != '\0') {
        if (*format != '%') {
            sink.put(*format++);
            continue;
        }
        Spec spec;
        format = parse(format + 1, spec);
        switch (spec.conversion) {
        case 'd':
        case 'i': {
            const int64_t value = spec.longs > 0 ? va_arg(args, long) : va_arg(args, int);
            const uint64_t bits = static_cast<uint64_t>(value);
            put_number(sink, spec, value < 0 ? 0 - bits : bits, 10, value < 0, "");
            break;
        }
        case 'u':
        case 'x':
        case 'X': {
            const uint64_t value =
                spec.longs > 0 ? va_arg(args, unsigned long) : va_arg(args, unsigned);
            put_number(sink, spec, value, spec.conversion == 'u' ? 10 : 16, false, "");
            break;
        }
        case 'p':
            put_number(sink, spec, reinterpret_cast<uintptr_t>(va_arg(args, void*)), 16, false,
                       "0x");
            break;
        case 's':
            put_text(sink, spec, va_arg(args, const char*));
            break;
        case 'c':
            sink.put(static_cast<char>(va_arg(args, int)));
            break;
        case '%':
            sink.put('%');
            break;
        case '\0':
            break;
        default:  // an unknown conversion is shown, not guessed
            sink.put('%');
            sink.put(spec.conversion);
            break;
        }
    }
    return sink.finish();
}

extern "C" int mkl_snprintf(char* out, size_t size, const char* format, ...) {
    va_list args;
    va_start(args, format);
    const int length = mkl_vsnprintf(out, size, format, args);
    va_end(args);
    return length;
}
