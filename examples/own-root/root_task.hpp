// SPDX-License-Identifier: BSD-2-Clause
// What the root task makes of the capabilities that the kernel gives it. Written against seL4's
// interface; a real one would use libsel4 and its libraries. An error stops it.
#pragma once

#include "mkl/user/abi.hpp"
#include "mkl/user/kernel_calls.hpp"
#include "mkl/user/untyped_pool.hpp"

namespace own {

using namespace mkl::user;

[[noreturn]] inline void stop() {
    for (;;) kernel::suspend(kapi::slot_tcb);
}
inline void need(uint64_t error) {
    if (error != 0) stop();
}

class RootTask {
public:
    void begin(const abi::BootInfo& info) {
        next_slot_ = info.empty.start;
        kernel::set_ipc_buffer(reinterpret_cast<kapi::IpcBuffer*>(info.ipc_buffer));
        for (uint64_t i = 0; i < info.untyped.end - info.untyped.start; i++) {
            const kapi::UntypedDesc& u = info.untyped_list[i];
            untypeds_.add(u.paddr, u.size_bits, u.is_device != 0, info.untyped.start + i);
        }
        bell_ = make(abi::object::notification, abi::size_bits::notification);
    }

    /// Shared memory, at addresses of our own; ask for it in ascending order.
    void* map(uint64_t paddr, uint64_t size, bool writable, bool uncached) {
        void* const at = reinterpret_cast<void*>(next_address_);
        constexpr uint64_t page = uint64_t{1} << kapi::page_bits;
        for (uint64_t done = 0; done < size; done += page)
            map_page(paddr + done, writable, uncached);
        return at;
    }

    /// From now on the interrupt rings `badge` in wait().
    struct Line {
        uint64_t handler, badge;
    };
    Line listen(uint64_t irq, uint64_t badge) {
        constexpr uint64_t edge = 1;
        const Line line{next_slot_++, badge};
        const uint64_t badged = next_slot_++;
        need(kernel::make_irq_handler(irq, edge, line.handler));
        need(kernel::mint(bell_, badged, kapi::can_write, badge));
        need(kernel::set_irq_notification(line.handler, badged));
        // One that came between the two rang nobody, and the kernel masked the line.
        need(kernel::acknowledge_irq(line.handler));
        return line;
    }
    /// Capability that signals another node.
    uint64_t sender(uint64_t sgi, uint64_t target) {
        const uint64_t slot = next_slot_++;
        need(kernel::make_sgi_signal(sgi, target, slot));
        return slot;
    }

    uint64_t wait() { return kernel::wait(bell_); }

private:
    uint64_t make(uint64_t type, unsigned bits) {
        Untyped* from = untypeds_.best_fit(bits);
        const uint64_t slot = next_slot_++;
        if (from == nullptr) stop();
        need(kernel::retype(from->cap, type, bits, slot, 1));
        UntypedPool::take(*from, bits, 1);
        return slot;
    }

    void map_page(uint64_t paddr, bool writable, bool uncached) {
        Untyped* from = untypeds_.containing(paddr, uint64_t{1} << kapi::page_bits);
        if (from == nullptr) stop();
        while (const unsigned bits = UntypedPool::filler_bits(*from, paddr)) {
            need(kernel::retype(from->cap, abi::object::untyped, bits, next_slot_++, 1));
            UntypedPool::take(*from, bits, 1);
        }
        const uint64_t frame = next_slot_++;
        need(kernel::retype(from->cap, abi::object::small_page, kapi::page_bits, frame, 1));
        UntypedPool::take(*from, kapi::page_bits, 1);
        const uint64_t attributes = (uncached ? map_uncached : map_cached) | map_execute_never;
        const uint64_t rights = writable ? kapi::can_read | kapi::can_write : kapi::can_read;
        uint64_t error;
        while ((error = kernel::map_page(frame, kapi::slot_vspace, next_address_, rights,
                                         attributes)) == kapi::failed_lookup)
            need(kernel::map_table(make(abi::object::page_table, kapi::page_table_bits),
                                   kapi::slot_vspace, next_address_, map_cached));
        need(error);
        next_address_ += uint64_t{1} << kapi::page_bits;
    }

    uint64_t next_slot_ = 0, bell_ = 0, next_address_ = 0x10000000;
    UntypedPool untypeds_;
};

}  // namespace own
