// SPDX-License-Identifier: BSD-2-Clause
#include "host.hpp"

#include <stdlib.h>

#include "debug.hpp"

namespace mkl::kernel {

void debug::put(char) {}
void report_error(uint32_t, uint64_t, uint64_t, const char*) { abort(); }

namespace arch {

using namespace kapi;

uintptr_t host_window;
bool (*host_interrupt_pending)();
bool host_irq_enabled[max_irqs];
unsigned host_sgis;

bool interrupt_pending() { return host_interrupt_pending && host_interrupt_pending(); }
void wait_for_interrupt() { abort(); }  // tests always have a thread that runs
uint64_t counter() { return 0; }
uint64_t counter_hz() { return 1; }
void halt() { abort(); }

void init_context(Context&) {}
void switch_thread(Tcb*, Tcb*) {}
void refresh_vm(Tcb*) {}
void release_fpu(Tcb&) {}
void set_fpu_disabled(Tcb&, bool) {}
Word read_register(const Context& c, unsigned index) { return index == 0 ? c.fault_pc : 0; }
void write_register(Context& c, unsigned index, Word value) {
    if (index == 0) c.fault_pc = value;
}
bool is_frame_register(unsigned index) { return index < 17; }
unsigned fault_message_length(const Fault&) { return 1; }
Word fault_message_word(const Tcb& t, const Fault&, unsigned) { return t.context.fault_pc; }
void fault_reply_word(Tcb& t, const Fault&, unsigned, Word value) { t.context.fault_pc = value; }

void set_irq_enabled(Word irq, bool enabled) { host_irq_enabled[irq] = enabled; }
Word max_irq() { return 1019; }
void send_sgi(Word, Word) { host_sgis++; }

unsigned arch_object_bits(Word type) {
    switch (type) {
    case abi::object::small_page:
        return page_bits;
    case abi::object::large_page:
        return large_page_bits;
    case abi::object::huge_page:
        return huge_page_bits;
    default:
        return page_table_bits;
    }
}
bool is_frame_type(Word type) {
    return type == abi::object::small_page || type == abi::object::large_page ||
           type == abi::object::huge_page;
}
Cap make_arch_object(Word type, Phys pa, Cap untyped) {
    const Word rights = untyped.ut_read_only() ? Word{can_read} : can_read | can_write;
    const auto frame = [&](FrameSize s) {
        return Cap::frame(pa, s, untyped.ut_device(), untyped.ut_memory(), rights);
    };
    switch (type) {
    case abi::object::small_page:
        return frame(FrameSize::small);
    case abi::object::large_page:
        return frame(FrameSize::large);
    case abi::object::huge_page:
        return frame(FrameSize::huge);
    case abi::object::page_table:
        return Cap::page_table(pa);
    default:
        return Cap::vspace(pa);
    }
}
Status derive(Cap& cap) {
    if (cap.is(tag_frame)) {
        cap.set_mapping(0, 0);
    } else if ((cap.is(tag_page_table) || cap.is(tag_vspace)) && !cap.mapped()) {
        return fail(illegal_operation);
    }
    return Status::ok;
}
void finalise(Cap, bool) {}
bool valid_vspace(Cap cap) { return cap.is(tag_vspace) && cap.mapped(); }
bool valid_ipc_buffer(Cap cap) { return cap.is(tag_frame) && !cap.fr_device(); }
Status decode(Invocation&) { return fail(illegal_operation); }

}  // namespace arch
}  // namespace mkl::kernel
