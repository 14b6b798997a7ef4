// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/user/kernel_calls.hpp"

#include "mkl/user/model.hpp"
#include "mkl/user/syscall.hpp"

namespace mkl::user::kernel {
namespace {

using mkl::kapi::MessageInfo;
namespace label = abi::label;

constexpr uint64_t own_cnode = mkl::kapi::slot_cnode;
constexpr uint64_t own_depth = 64;

mkl::kapi::IpcBuffer* buffer = nullptr;

template <unsigned Count>
struct List {
    uint64_t items[Count > 0 ? Count : 1];
};

/// Calls `service`. Capabilities and words in the order of the interface's description; words
/// beyond the fourth and capabilities travel in the IPC buffer.
template <unsigned Caps, unsigned Words>
uint64_t invoke(uint64_t service, uint64_t invocation, const List<Caps>& caps,
                const List<Words>& words) {
    for (unsigned i = 0; i < Caps; i++) buffer->caps_or_badges[i] = caps.items[i];
    for (unsigned i = mkl::kapi::msg_registers; i < Words; i++) buffer->msg[i] = words.items[i];
    uint64_t mr[4] = {};
    for (unsigned i = 0; i < mkl::kapi::msg_registers && i < Words; i++) mr[i] = words.items[i];
    const SyscallResult result =
        syscall(abi::sys::call, service, MessageInfo::make(invocation, 0, Caps, Words).word, mr[0],
                mr[1], mr[2], mr[3]);
    return MessageInfo{result.info}.label();
}

constexpr List<0> none{};

}  // namespace

void set_ipc_buffer(mkl::kapi::IpcBuffer* ipc_buffer) { buffer = ipc_buffer; }

uint64_t retype(uint64_t untyped, uint64_t type, uint64_t bits, uint64_t slot, uint64_t count) {
    return invoke(untyped, label::untyped_retype,
                  List<1>{
                      {own_cnode}
    },
                  List<6>{{type, bits, 0, 0, slot, count}});
}

uint64_t copy(uint64_t from, uint64_t to, uint64_t rights) {
    return invoke(own_cnode, label::cnode_copy,
                  List<1>{
                      {own_cnode}
    },
                  List<5>{{to, own_depth, from, own_depth, rights}});
}

uint64_t mint_into(uint64_t cnode, uint64_t index, uint64_t depth, uint64_t from, uint64_t rights,
                   uint64_t badge) {
    return invoke(cnode, label::cnode_mint,
                  List<1>{
                      {own_cnode}
    },
                  List<6>{{index, depth, from, own_depth, rights, badge}});
}

uint64_t mint(uint64_t from, uint64_t to, uint64_t rights, uint64_t badge) {
    return mint_into(own_cnode, to, own_depth, from, rights, badge);
}

uint64_t remove(uint64_t slot) {
    return invoke(own_cnode, label::cnode_delete, none,
                  List<2>{
                      {slot, own_depth}
    });
}

uint64_t move_into(uint64_t cnode, uint64_t index, uint64_t depth, uint64_t from) {
    return invoke(cnode, label::cnode_move,
                  List<1>{
                      {own_cnode}
    },
                  List<4>{{index, depth, from, own_depth}});
}

uint64_t move(uint64_t from, uint64_t to) { return move_into(own_cnode, to, own_depth, from); }

uint64_t map_page(uint64_t frame, uint64_t vspace, uint64_t vaddr, uint64_t rights,
                  uint64_t attributes) {
    return invoke(frame, label::page_map,
                  List<1>{
                      {vspace}
    },
                  List<3>{{vaddr, rights, attributes}});
}

uint64_t unmap_page(uint64_t frame) { return invoke(frame, label::page_unmap, none, none); }

uint64_t map_table(uint64_t table, uint64_t vspace, uint64_t vaddr, uint64_t attributes) {
    return invoke(table, label::page_table_map,
                  List<1>{
                      {vspace}
    },
                  List<2>{{vaddr, attributes}});
}

uint64_t unify_page(uint64_t frame, uint64_t size) {
    if constexpr (unify_label == 0) {
        synchronise_fetch();
        return 0;
    }
    return invoke(frame, unify_label, none,
                  List<2>{
                      {0, size}
    });
}

uint64_t assign_asid(uint64_t pool, uint64_t vspace) {
    return invoke(pool, label::asid_pool_assign, List<1>{{vspace}}, none);
}

uint64_t make_irq_handler(uint64_t irq, uint64_t trigger, uint64_t slot) {
    return invoke(mkl::kapi::slot_irq_control, label::irq_issue_handler_trigger,
                  List<1>{
                      {own_cnode}
    },
                  List<4>{{irq, trigger, slot, own_depth}});
}

uint64_t make_sgi_signal(uint64_t id, uint64_t target, uint64_t slot) {
    return invoke(mkl::kapi::slot_irq_control, signal_label,
                  List<1>{
                      {own_cnode}
    },
                  List<4>{{id, target, slot, own_depth}});
}

uint64_t acknowledge_irq(uint64_t handler) { return invoke(handler, label::irq_ack, none, none); }

uint64_t set_irq_notification(uint64_t handler, uint64_t notification) {
    return invoke(handler, label::irq_set_handler, List<1>{{notification}}, none);
}

uint64_t configure(uint64_t tcb, const ThreadSpace& space) {
    const List<3> caps{
        {space.cnode, space.vspace, space.ipc_frame}
    };
    if constexpr (mcs)
        return invoke(tcb, label::tcb_configure, caps,
                      List<3>{
                          {space.cnode_data, 0, space.ipc_buffer}
        });
    else
        return invoke(tcb, label::tcb_configure, caps,
                      List<4>{
                          {space.fault_ep, space.cnode_data, 0, space.ipc_buffer}
        });
}

uint64_t schedule(uint64_t tcb, const Schedule& s) {
    const List<2> words{
        {s.max_priority, s.priority}
    };
    if constexpr (mcs)
        return invoke(tcb, label::tcb_set_sched_params,
                      List<3>{
                          {mkl::kapi::slot_tcb, s.sched_context, s.fault_endpoint}
        },
                      words);
    else
        return invoke(tcb, label::tcb_set_sched_params, List<1>{{mkl::kapi::slot_tcb}}, words);
}

uint64_t configure_sched_context(uint64_t control, uint64_t sched_context, uint64_t budget,
                                 uint64_t period) {
    if constexpr (mcs)
        return invoke(control, configure_sched_label,
                      List<1>{
                          {sched_context}
        },
                      List<5>{{budget, period, 0, 0, 0}});
    else
        return mkl::kapi::illegal_operation;
}

uint64_t bind_notification(uint64_t tcb, uint64_t notification) {
    return invoke(tcb, label::tcb_bind_notification, List<1>{{notification}}, none);
}

uint64_t write_registers(uint64_t tcb, uint64_t pc, uint64_t sp, const uint64_t args[4]) {
    List<2 + context_words> words{};
    words.items[1] = context_words;  // word 0: do not resume
    uint64_t* context = words.items + 2;
    context[context_pc] = pc;
    context[context_sp] = sp;
    for (unsigned i = 0; i < 4; i++) context[context_arg0 + i] = args[i];
    return invoke(tcb, label::tcb_write_registers, none, words);
}

uint64_t set_flags(uint64_t tcb, uint64_t clear, uint64_t set) {
    return invoke(tcb, label::tcb_set_flags, none,
                  List<2>{
                      {clear, set}
    });
}

uint64_t set_domain(uint64_t tcb, uint64_t domain) {
    return invoke(mkl::kapi::slot_domain, label::domain_set_set, List<1>{{tcb}}, List<1>{{domain}});
}

uint64_t configure_domain(uint64_t index, uint64_t domain, uint64_t ticks) {
    return invoke(mkl::kapi::slot_domain, label::domain_schedule_configure, none,
                  List<3>{
                      {index, domain, ticks}
    });
}

uint64_t start_domains(uint64_t index) {
    return invoke(mkl::kapi::slot_domain, label::domain_schedule_set_start, none, List<1>{{index}});
}

uint64_t resume(uint64_t tcb) { return invoke(tcb, label::tcb_resume, none, none); }
uint64_t suspend(uint64_t tcb) { return invoke(tcb, label::tcb_suspend, none, none); }

void signal(uint64_t notification) { syscall(abi::sys::send, notification, 0); }
uint64_t wait(uint64_t notification) { return syscall(sys_wait, notification, 0).badge; }

Received receive(uint64_t endpoint) {
    const SyscallResult result = syscall(sys_wait, endpoint, 0);
    for (unsigned i = 0; i < mkl::kapi::msg_registers; i++) buffer->msg[i] = result.mr[i];
    return {result.badge, MessageInfo{result.info}.label()};
}

uint64_t message_word(unsigned index) { return buffer->msg[index]; }

void yield() { syscall(abi::sys::yield, 0, 0); }
void debug_put(char c) { syscall(abi::sys::debug_put_char, static_cast<uint8_t>(c), 0); }

const char* error_text(uint64_t error) {
    switch (error) {
    case mkl::kapi::no_error:
        return "no error";
    case mkl::kapi::invalid_argument:
        return "invalid argument";
    case mkl::kapi::invalid_capability:
        return "invalid capability";
    case mkl::kapi::illegal_operation:
        return "illegal operation";
    case mkl::kapi::range_error:
        return "range error";
    case mkl::kapi::alignment_error:
        return "alignment error";
    case mkl::kapi::failed_lookup:
        return "failed lookup";
    case mkl::kapi::truncated_message:
        return "truncated message";
    case mkl::kapi::delete_first:
        return "delete first";
    case mkl::kapi::revoke_first:
        return "revoke first";
    case mkl::kapi::not_enough_memory:
        return "not enough memory";
    default:
        return "unknown error";
    }
}

}  // namespace mkl::user::kernel
