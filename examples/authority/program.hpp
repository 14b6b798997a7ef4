// SPDX-License-Identifier: BSD-2-Clause
// What a program of seL4's own interface makes of its start: it finds its own objects in the
// auxiliary vector and in the initial thread's slots, its other capabilities by name in the startup
// page. One linked with libsel4 has the first from there.
#pragma once

#include "mkl/abi/component.h"
#include "mkl/rt/format.hpp"
#include "mkl/rt/ring.hpp"
#include "mkl/user/abi.hpp"
#include "mkl/user/kernel_calls.hpp"

namespace program {

using namespace mkl::user;
namespace rt = mkl::rt;
namespace kapi = mkl::kapi;

inline const mkl_startup& startup = *reinterpret_cast<const mkl_startup*>(MKL_VA_STARTUP);
inline kapi::IpcBuffer* ipc_buffer;
inline rt::RingWriter console;

template <class... Values>
void say(const Values&... values) {
    const auto put = [](char c) { console.put(c); };
    rt::print(put, values..., '\n');
    kernel::signal(startup.console_signal);
}

[[noreturn]] inline void stop() {
    for (;;) kernel::suspend(MKL_PLAIN_SLOT_TCB);
}
/// Stops if `what` has failed.
inline void need(const char* what, uint64_t error) {
    if (error == 0) return;
    say(startup.name, ": cannot ", what, ": ", kernel::error_text(error));
    stop();
}

/// What the YAML calls `name`.
inline const mkl_end& find(const char* name) {
    for (uint32_t i = 0; i < startup.end_count; i++) {
        const mkl_end& end = startup.ends[i];
        unsigned k = 0;
        while (name[k] != '\0' && end.name[k] == name[k]) k++;
        if (name[k] == end.name[k]) return end;
    }
    say(startup.name, ": no ", name);
    stop();
}

/// Sets the IPC buffer from the auxiliary vector, behind arguments and environment.
inline void read_vector(const uint64_t* stack) {
    struct Pair {
        uint64_t key, value;
    };
    const uint64_t* word = stack + 1 + stack[0] + 1;  // argc, argv, their end
    while (*word != 0) word++;
    const auto* pair = reinterpret_cast<const Pair*>(word + 1);
    uint64_t headers = 0;
    for (; pair->key != MKL_AUX_NULL; pair++) {
        if (pair->key == MKL_AUX_IPC_BUFFER)
            ipc_buffer = reinterpret_cast<kapi::IpcBuffer*>(pair->value);
        if (pair->key == MKL_AUX_PROGRAM_HEADER_COUNT) headers = pair->value;
    }
    kernel::set_ipc_buffer(ipc_buffer);
    console = {reinterpret_cast<void*>(MKL_VA_CONSOLE), MKL_CONSOLE_RING_SIZE};
    say(startup.name, ": ", reinterpret_cast<const char*>(stack[1]), " has ", headers,
        " program headers");
}

}  // namespace program
