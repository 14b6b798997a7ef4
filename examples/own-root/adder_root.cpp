// SPDX-License-Identifier: BSD-2-Clause
// A root task on its own: makes what it needs from the capabilities that the kernel gives it, then
// adds. Written against seL4's interface; a real one would use libsel4.
#include "../adder/numbers.h"
#include "exports.h"
#include "mkl/user/abi.hpp"
#include "mkl/user/kernel_calls.hpp"
#include "mkl/user/untyped_pool.hpp"

using namespace mkl::user;

namespace {

const abi::BootInfo* info;
uint64_t next_slot;
UntypedPool pool;

[[noreturn]] void stop() {
    for (;;) kernel::suspend(kapi::slot_tcb);
}
void need(uint64_t error) {
    if (error != 0) stop();
}

uint64_t make(uint64_t type, unsigned bits) {
    Untyped* from = pool.best_fit(bits);
    const uint64_t slot = next_slot++;
    if (from == nullptr) stop();
    need(kernel::retype(from->cap, type, bits, slot, 1));
    UntypedPool::take(*from, bits, 1);
    return slot;
}

/// The shared page, at an address of our own.
volatile numbers* map_shared(uint64_t paddr) {
    constexpr uint64_t at = 0x10000000;
    Untyped* from = pool.containing(paddr, uint64_t{1} << kapi::page_bits);
    if (from == nullptr) stop();
    while (const unsigned bits = UntypedPool::filler_bits(*from, paddr)) {
        need(kernel::retype(from->cap, abi::object::untyped, bits, next_slot++, 1));
        UntypedPool::take(*from, bits, 1);
    }
    const uint64_t frame = next_slot++;
    need(kernel::retype(from->cap, abi::object::small_page, kapi::page_bits, frame, 1));
    const uint64_t attributes =
        (MKL_D_UNCACHED != 0 ? map_uncached : map_cached) | map_execute_never;
    while (kernel::map_page(frame, kapi::slot_vspace, at, kapi::can_read | kapi::can_write,
                            attributes) == kapi::failed_lookup)
        need(kernel::map_table(make(abi::object::page_table, kapi::page_table_bits),
                               kapi::slot_vspace, at, map_cached));
    return reinterpret_cast<volatile numbers*>(at);
}

}  // namespace

extern "C" [[noreturn]] void root_main(const abi::BootInfo* boot_info) {
    info = boot_info;
    kernel::set_ipc_buffer(reinterpret_cast<kapi::IpcBuffer*>(info->ipc_buffer));
    next_slot = info->empty.start;
    for (uint64_t i = 0; i < info->untyped.end - info->untyped.start; i++) {
        const kapi::UntypedDesc& u = info->untyped_list[i];
        pool.add(u.paddr, u.size_bits, u.is_device != 0, info->untyped.start + i);
    }
    volatile numbers* d = map_shared(MKL_D_BASE);
    const uint64_t bell = make(abi::object::notification, abi::size_bits::notification);
    const uint64_t handler = next_slot++, answer = next_slot++;
    constexpr uint64_t edge = 1;
    need(kernel::make_irq_handler(MKL_IRQ_RECEIVE_IRQ, edge, handler));
    need(kernel::set_irq_notification(handler, bell));
    need(kernel::make_sgi_signal(MKL_IRQ2_SEND_SGI, MKL_IRQ2_SEND_TARGET, answer));
    for (;;) {
        kernel::wait(bell);
        need(kernel::acknowledge_irq(handler));
        d->sum = d->a + d->b;
        kernel::signal(answer);
    }
}
