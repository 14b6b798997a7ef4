// SPDX-License-Identifier: BSD-2-Clause
// The invocations that the initialiser needs, by name. Slots are those of the initialiser's own
// root CNode. Each returns seL4_Error (mkl::kapi::Error) as a number; 0 is success.
#pragma once

#include <stdint.h>

#include "mkl/kapi/types.hpp"

namespace mkl::user::kernel {

/// Where the initialiser's IPC buffer is; before any other call.
void set_ipc_buffer(mkl::kapi::IpcBuffer* buffer);

uint64_t retype(uint64_t untyped, uint64_t type, uint64_t bits, uint64_t slot, uint64_t count);

uint64_t copy(uint64_t from, uint64_t to, uint64_t rights);
/// Into slot `index` of another CNode of `depth` bits.
uint64_t mint_into(uint64_t cnode, uint64_t index, uint64_t depth, uint64_t from, uint64_t rights,
                   uint64_t badge);
uint64_t move_into(uint64_t cnode, uint64_t index, uint64_t depth, uint64_t from);
uint64_t mint(uint64_t from, uint64_t to, uint64_t rights, uint64_t badge);
uint64_t remove(uint64_t slot);
uint64_t move(uint64_t from, uint64_t to);

uint64_t map_page(uint64_t frame, uint64_t vspace, uint64_t vaddr, uint64_t rights,
                  uint64_t attributes);
uint64_t unmap_page(uint64_t frame);
uint64_t map_table(uint64_t table, uint64_t vspace, uint64_t vaddr, uint64_t attributes);
/// Makes what was written through the mapping of `frame` fetchable as instructions.
uint64_t unify_page(uint64_t frame, uint64_t size);
uint64_t assign_asid(uint64_t pool, uint64_t vspace);

uint64_t make_irq_handler(uint64_t irq, uint64_t trigger, uint64_t slot);
uint64_t make_sgi_signal(uint64_t id, uint64_t target, uint64_t slot);
uint64_t acknowledge_irq(uint64_t handler);
uint64_t set_irq_notification(uint64_t handler, uint64_t notification);

struct ThreadSpace {
    uint64_t fault_ep;  ///< not MCS: in the thread's own CSpace
    uint64_t cnode, cnode_data, vspace, ipc_buffer, ipc_frame;
};
uint64_t configure(uint64_t tcb, const ThreadSpace& space);
struct Schedule {
    uint64_t max_priority = 0, priority = 0;
    uint64_t sched_context = 0, fault_endpoint = 0;  ///< MCS
};
uint64_t schedule(uint64_t tcb, const Schedule& schedule);
/// MCS; `budget` and `period` in microseconds. Equal ones are a time slice: never used up for good.
uint64_t configure_sched_context(uint64_t control, uint64_t sched_context, uint64_t budget,
                                 uint64_t period);
uint64_t bind_notification(uint64_t tcb, uint64_t notification);
uint64_t write_registers(uint64_t tcb, uint64_t pc, uint64_t sp, const uint64_t args[4]);
uint64_t set_flags(uint64_t tcb, uint64_t clear, uint64_t set);
uint64_t set_domain(uint64_t tcb, uint64_t domain);
/// Entry `index` of the domain schedule; `ticks` in the kernel's unit.
uint64_t configure_domain(uint64_t index, uint64_t domain, uint64_t ticks);
uint64_t start_domains(uint64_t index);
uint64_t resume(uint64_t tcb);
uint64_t suspend(uint64_t tcb);

void signal(uint64_t notification);
uint64_t wait(uint64_t notification);
/// From an endpoint, or from the notification that is bound to this thread: `label` is 0 then.
struct Received {
    uint64_t badge, label;
};
Received receive(uint64_t endpoint);
/// Word `index` of the message received last.
uint64_t message_word(unsigned index);
void yield();
/// Debug kernels only: anything else faults. For failures before there is a console.
void debug_put(char c);

const char* error_text(uint64_t error);

}  // namespace mkl::user::kernel
