// SPDX-License-Identifier: BSD-2-Clause
// System calls for the test root tasks, AArch64 classic. Small on purpose: tests look at raw
// labels, registers and message words, which a friendlier library would hide.
#pragma once

#include "mkl/kapi/aarch64_classic.hpp"

namespace sel4 {

namespace abi = mkl::kapi::aarch64_classic;
using mkl::kapi::IpcBuffer;
using mkl::kapi::MessageInfo;
using mkl::kapi::Word;

extern IpcBuffer* ipc;  // of the running thread; tests with several threads pass theirs

struct Result {
    Word badge;
    MessageInfo info;
    Word mr[4];
};

inline Result syscall(int64_t number, Word a0, Word info, Word m0 = 0, Word m1 = 0, Word m2 = 0,
                      Word m3 = 0) {
    register Word x0 asm("x0") = a0;
    register Word x1 asm("x1") = info;
    register Word x2 asm("x2") = m0;
    register Word x3 asm("x3") = m1;
    register Word x4 asm("x4") = m2;
    register Word x5 asm("x5") = m3;
    register Word x7 asm("x7") = static_cast<Word>(number);
    asm volatile("svc #0"
                 : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3), "+r"(x4), "+r"(x5)
                 : "r"(x7)
                 : "memory");
    return {
        x0, {x1 },
         { x2, x3, x4, x5}
    };
}

inline void put_char(char c) {
    syscall(abi::sys::debug_put_char, static_cast<Word>(static_cast<unsigned char>(c)), 0);
}

struct Caps {
    Word c[3]{};
    unsigned n = 0;
};
inline Caps caps() { return {}; }
inline Caps caps(Word a) { return {{a}, 1}; }
inline Caps caps(Word a, Word b) {
    return {
        {a, b},
        2
    };
}
inline Caps caps(Word a, Word b, Word c) {
    return {
        {a, b, c},
        3
    };
}

/// Call with any number of words.
template <class... W>
Result invoke(Word cap, Word label, const Caps& extra, W... words) {
    const Word all[sizeof...(words) + 1] = {static_cast<Word>(words)..., 0};
    constexpr Word n = sizeof...(words);
    for (unsigned i = 0; i < extra.n; i++) ipc->caps_or_badges[i] = extra.c[i];
    for (Word i = 4; i < n; i++) ipc->msg[i] = all[i];
    return syscall(abi::sys::call, cap, MessageInfo::make(label, 0, extra.n, n).word,
                   n > 0 ? all[0] : 0, n > 1 ? all[1] : 0, n > 2 ? all[2] : 0, n > 3 ? all[3] : 0);
}

inline void signal(Word cap) { syscall(abi::sys::send, cap, 0); }
inline Word wait(Word cap) { return syscall(abi::sys::recv, cap, 0).badge; }
inline Word poll(Word cap) { return syscall(abi::sys::nb_recv, cap, 0).badge; }
inline void yield() { syscall(abi::sys::yield, 0, 0); }

}  // namespace sel4
