// SPDX-License-Identifier: BSD-2-Clause
// mkl_print: whole lines into the component's console ring, then a signal to the initialiser.
#include "mkl/rt/ring.hpp"
#include "runtime.hpp"

namespace {

mkl::rt::RingWriter ring;
uint32_t line_length = 0;

/// True if a line went out, so that its reader wants a signal.
bool put(char c) {
    ring.put(c);
    if (c == '\n') {
        line_length = 0;
        return true;
    }
    if (++line_length < MKL_LINE_MAX - 1) return false;
    ring.put('\n');
    line_length = 0;
    return true;
}

}  // namespace

extern "C" void mkl_print(const char* text) {
    if (!ring.present()) ring = {reinterpret_cast<void*>(MKL_VA_CONSOLE), MKL_CONSOLE_RING_SIZE};
    bool published = false;
    for (; *text != '\0'; text++) published |= put(*text);
    if (published && mkl::user::startup->console_signal != 0)
        mkl::user::stub(MKL_STUB_SIGNAL, mkl::user::startup->console_signal);
}

extern "C" void mkl_printf(const char* format, ...) {
    char text[MKL_LINE_MAX];
    va_list args;
    va_start(args, format);
    mkl_vsnprintf(text, sizeof text, format, args);
    va_end(args);
    mkl_print(text);
}
