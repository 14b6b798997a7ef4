// SPDX-License-Identifier: BSD-2-Clause
// Written against seL4's interface, as a program linked with libsel4 would be: beyond what it is
// started with it makes all itself.
#include "mkl/user/model.hpp"
#include "program.hpp"

using namespace program;

namespace {

constexpr uint64_t registers_at = 0x3000000000;  // an address of our own
constexpr uint32_t clock_line = 34;              // PL031 of QEMU's virt machine: SPI 2
constexpr uint32_t level = 0, domain = 1;

// PL031, DDI 0224B, table 3-1: words from the first register on.
enum Register : unsigned { data = 0, match = 1, mask = 4, clear = 7 };

uint64_t next_slot = 64;  // above what mkl has put into this CNode

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
