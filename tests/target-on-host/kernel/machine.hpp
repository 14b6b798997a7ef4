// SPDX-License-Identifier: BSD-2-Clause
// A kernel with RAM in an array and one thread that makes system calls.
#pragma once

#include <cstdlib>
#include <cstring>
#include <initializer_list>

#include "host.hpp"
#include "invariants.hpp"

namespace mkl::kernel::test {

using namespace kapi;
namespace label = arch::abi::label;
namespace object = arch::abi::object;

inline constexpr Phys ram_base = 0x40000000;
inline constexpr unsigned ram_bits = 24;
inline constexpr unsigned root_bits = 9;
inline constexpr Word root_cptr = 2, untyped_cptr = 3;

/// Root CNode of 512 slots: 2 itself, 3 an untyped of 8 MiB. The caller has an IPC buffer.
class Machine {
public:
    Machine() {
        ram_ =
            static_cast<uint8_t*>(std::aligned_alloc(size_t{1} << ram_bits, size_t{1} << ram_bits));
        std::memset(ram_, 0xa5, size_t{1} << ram_bits);
        arch::host_window = reinterpret_cast<uintptr_t>(ram_) - ram_base;
        arch::host_interrupt_pending = nullptr;
        kernel = Kernel{};
        kernel.num_domains = 1;
        kernel.domain_schedule[0] = {1, 0};
        static mkl_rec_timer timer{};
        timer.irq = 27;
        kernel.record.timer = &timer;
        clear(root_pa, size_t{1} << (root_bits + slot_bits));
        clear(tcb_pa, 2048);
        clear(buffer_pa, 4096);
        put(root_cptr, Cap::cnode(root_pa, root_bits, 64 - root_bits, 0));
        put(untyped_cptr, Cap::untyped(untyped_pa, untyped_bits, false));
        Tcb& t = caller();
        insert_derived(slot(root_cptr).cap, slot(root_cptr), t.slots[slot_ctable]);
        t.slots[slot_buffer].cap = Cap::frame(buffer_pa, FrameSize::small, false, false, 3);
        t.priority = t.max_priority = 255;
        t.state = ThreadState::running;
        t.slice = ticks_per_slice;
        kernel.current = &t;
        setup_reply_master(t);
    }
    ~Machine() { std::free(ram_); }
    Machine(const Machine&) = delete;
    Machine& operator=(const Machine&) = delete;

    static constexpr Phys untyped_pa = ram_base + (Phys{1} << 23);
    static constexpr unsigned untyped_bits = 23;

    Slot& slot(Word index) { return ptr<Slot>(root_pa)[index]; }
    Tcb& caller() { return *ptr<Tcb>(tcb_pa); }
    IpcBuffer& buffer() { return *ptr<IpcBuffer>(buffer_pa); }

    /// A Call; repeats it as long as it is preempted. Returns the error label.
    Word invoke(Word cap, Word invocation, std::initializer_list<Word> extra,
                std::initializer_list<Word> words) {
        for (;;) {
            Tcb& t = caller();
            arch::set_badge(t.context, cap);
            arch::set_message_info(t.context,
                                   MessageInfo::make(invocation, 0, extra.size(), words.size()));
            unsigned i = 0;
            for (Word e : extra) buffer().caps_or_badges[i++] = e;
            i = 0;
            for (Word w : words) {
                if (i < msg_registers) {
                    arch::set_message_register(t.context, i, w);
                } else {
                    buffer().msg[i] = w;
                }
                i++;
            }
            handle_syscall(arch::abi::sys::call);
            if (t.state != ThreadState::restart) break;
            preemptions++;
            t.state = ThreadState::running;
        }
        kernel.action = Action::resume;
        return arch::message_info(caller().context).label();
    }
    Word retype(Word untyped, Word type, Word size, Word dest, Word count = 1) {
        return invoke(untyped, label::untyped_retype, {root_cptr}, {type, size, 0, 0, dest, count});
    }

    uint64_t preemptions = 0;

private:
    static constexpr Phys root_pa = ram_base + 0x10000;
    static constexpr Phys tcb_pa = ram_base + 0x20000;
    static constexpr Phys buffer_pa = ram_base + 0x30000;

    void clear(Phys pa, size_t size) { std::memset(ptr<void>(pa), 0, size); }
    void put(Word index, Cap cap) {
        slot(index).cap = cap;
        slot(index).set_flags(true, true);
    }

    uint8_t* ram_;
};

}  // namespace mkl::kernel::test
