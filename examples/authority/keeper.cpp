// SPDX-License-Identifier: BSD-2-Clause
// Written against seL4's interface, as a program linked with libsel4 would be: it finds its own
// objects in the auxiliary vector and in the initial thread's slots, its other capabilities by name
// in the startup page, and makes the rest itself.
#include "mkl/abi/component.h"
#include "mkl/rt/format.hpp"
#include "mkl/rt/ring.hpp"
#include "mkl/user/abi.hpp"
#include "mkl/user/kernel_calls.hpp"
#include "mkl/user/model.hpp"

using namespace mkl::user;
namespace rt = mkl::rt;
namespace kapi = mkl::kapi;

namespace {

constexpr uint64_t registers_at = 0x3000000000;  // an address of our own
constexpr uint32_t clock_line = 34;              // PL031 of QEMU's virt machine: SPI 2
constexpr uint32_t level = 0, domain = 1;

// PL031, DDI 0224B, table 3-1: words from the first register on.
enum Register : unsigned { data = 0, match = 1, mask = 4, clear = 7 };

struct Pair {
    uint64_t key, value;
};

const mkl_startup& startup = *reinterpret_cast<const mkl_startup*>(MKL_VA_STARTUP);
uint64_t next_slot = 64;  // above what mkl has put into this CNode
rt::RingWriter console;

template <class... Values>
void say(const Values&... values) {
    const auto put = [](char c) { console.put(c); };
    rt::print(put, values..., '\n');
    kernel::signal(startup.console_signal);
}

[[noreturn]] void stop() {
    for (;;) kernel::suspend(MKL_PLAIN_SLOT_TCB);
}
void need(const char* what, uint64_t error) {
    if (error == 0) return;
    say("keeper: cannot ", what, ": ", kernel::error_text(error));
    stop();
}

/// What the YAML calls `name`.
const mkl_end& find(const char* name) {
    for (uint32_t i = 0; i < startup.end_count; i++) {
        const mkl_end& end = startup.ends[i];
        unsigned k = 0;
        while (name[k] != '\0' && end.name[k] == name[k]) k++;
        if (name[k] == end.name[k]) return end;
    }
    say("keeper: no ", name);
    stop();
}

uint64_t make(uint64_t from, uint64_t type, uint64_t bits) {
    const uint64_t slot = next_slot++;
    need("make an object", kernel::retype(from, type, bits, slot, 1));
    return slot;
}

/// The clock's registers, in an address space that we complete ourselves.
volatile uint32_t* map_clock(uint64_t memory) {
    const uint64_t frame = make(find("clock").a, abi::object::small_page, kapi::page_bits);
    constexpr uint64_t rights = kapi::can_read | kapi::can_write;
    uint64_t error;
    while ((error = kernel::map_page(frame, MKL_PLAIN_SLOT_VSPACE, registers_at, rights,
                                     map_uncached | map_execute_never)) == kapi::failed_lookup)
        need("map a table", kernel::map_table(make(memory, abi::object::page_table, 0),
                                              MKL_PLAIN_SLOT_VSPACE, registers_at, map_cached));
    need("map the clock", error);
    return reinterpret_cast<volatile uint32_t*>(registers_at);
}

/// Sets the IPC buffer from the auxiliary vector, behind arguments and environment.
void read_vector(const uint64_t* stack) {
    const uint64_t* word = stack + 1 + stack[0] + 1;  // argc, argv, their end
    while (*word != 0) word++;
    const auto* pair = reinterpret_cast<const Pair*>(word + 1);
    uint64_t headers = 0;
    for (; pair->key != MKL_AUX_NULL; pair++) {
        if (pair->key == MKL_AUX_IPC_BUFFER)
            kernel::set_ipc_buffer(reinterpret_cast<kapi::IpcBuffer*>(pair->value));
        if (pair->key == MKL_AUX_PROGRAM_HEADER_COUNT) headers = pair->value;
    }
    console = {reinterpret_cast<void*>(MKL_VA_CONSOLE), MKL_CONSOLE_RING_SIZE};
    say("keeper: ", reinterpret_cast<const char*>(stack[1]), " has ", headers, " program headers");
}

}  // namespace

extern "C" [[noreturn]] void start_from(const uint64_t* stack) {
    read_vector(stack);
    const uint64_t memory = find("memory").a;
    const uint64_t tick = make(memory, abi::object::notification, 0);
    const uint64_t handler = next_slot++;
    need("open the line", kernel::make_irq_handler(clock_line, level, handler));
    need("set its notification", kernel::set_irq_notification(handler, tick));
    need("change its domain", kernel::set_domain(MKL_PLAIN_SLOT_TCB, domain));
    volatile uint32_t* const clock = map_clock(memory);
    clock[clear] = 1;
    clock[match] = clock[data] + 1;
    clock[mask] = 1;
    kernel::wait(tick);
    clock[mask] = 0;
    clock[clear] = 1;
    need("acknowledge", kernel::acknowledge_irq(handler));
    say("keeper: the clock's interrupt came");
    kernel::signal(find("alarm").a);
    stop();
}
