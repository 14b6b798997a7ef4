// SPDX-License-Identifier: BSD-2-Clause
// seL4 16.0.0 ABI numbers: RV64 Sv39, MCS, one hart.
// Same names in each configuration; a program picks one by namespace.
#pragma once

#include "mkl/kapi/types.hpp"

namespace mkl::kapi::riscv64_mcs {

/// System call numbers.
namespace sys {
inline constexpr int64_t call = -1;
inline constexpr int64_t reply_recv = -2;
inline constexpr int64_t nb_send_recv = -3;
inline constexpr int64_t nb_send_wait = -4;
inline constexpr int64_t send = -5;
inline constexpr int64_t nb_send = -6;
inline constexpr int64_t recv = -7;
inline constexpr int64_t nb_recv = -8;
inline constexpr int64_t wait = -9;
inline constexpr int64_t nb_wait = -10;
inline constexpr int64_t yield = -11;
inline constexpr int64_t debug_put_char = -12;
inline constexpr int64_t debug_dump_scheduler = -13;
inline constexpr int64_t debug_halt = -14;
inline constexpr int64_t debug_cap_identify = -15;
inline constexpr int64_t debug_snapshot = -16;
inline constexpr int64_t debug_name_thread = -17;
}  // namespace sys

/// Object types of Untyped_Retype.
namespace object {
inline constexpr uint64_t untyped = 0;
inline constexpr uint64_t tcb = 1;
inline constexpr uint64_t endpoint = 2;
inline constexpr uint64_t notification = 3;
inline constexpr uint64_t cnode = 4;
inline constexpr uint64_t sched_context = 5;
inline constexpr uint64_t reply = 6;
inline constexpr uint64_t huge_page = 7;
inline constexpr uint64_t small_page = 8;
inline constexpr uint64_t large_page = 9;
inline constexpr uint64_t page_table = 10;
inline constexpr uint64_t type_count = 11;
inline constexpr uint64_t vspace = 10;
}  // namespace object

/// Invocation labels.
namespace label {
inline constexpr uint64_t invalid_invocation = 0;
inline constexpr uint64_t untyped_retype = 1;
inline constexpr uint64_t tcb_read_registers = 2;
inline constexpr uint64_t tcb_write_registers = 3;
inline constexpr uint64_t tcb_copy_registers = 4;
inline constexpr uint64_t tcb_configure = 5;
inline constexpr uint64_t tcb_set_priority = 6;
inline constexpr uint64_t tcb_set_mc_priority = 7;
inline constexpr uint64_t tcb_set_sched_params = 8;
inline constexpr uint64_t tcb_set_timeout_endpoint = 9;
inline constexpr uint64_t tcb_set_ipc_buffer = 10;
inline constexpr uint64_t tcb_set_space = 11;
inline constexpr uint64_t tcb_suspend = 12;
inline constexpr uint64_t tcb_resume = 13;
inline constexpr uint64_t tcb_bind_notification = 14;
inline constexpr uint64_t tcb_unbind_notification = 15;
inline constexpr uint64_t tcb_set_tls_base = 16;
inline constexpr uint64_t tcb_set_flags = 17;
inline constexpr uint64_t cnode_revoke = 18;
inline constexpr uint64_t cnode_delete = 19;
inline constexpr uint64_t cnode_cancel_badged_sends = 20;
inline constexpr uint64_t cnode_copy = 21;
inline constexpr uint64_t cnode_mint = 22;
inline constexpr uint64_t cnode_move = 23;
inline constexpr uint64_t cnode_mutate = 24;
inline constexpr uint64_t cnode_rotate = 25;
inline constexpr uint64_t irq_issue_handler = 26;
inline constexpr uint64_t irq_ack = 27;
inline constexpr uint64_t irq_set_handler = 28;
inline constexpr uint64_t irq_clear_handler = 29;
inline constexpr uint64_t domain_set_set = 30;
inline constexpr uint64_t domain_schedule_configure = 31;
inline constexpr uint64_t domain_schedule_set_start = 32;
inline constexpr uint64_t sched_control_configure_flags = 33;
inline constexpr uint64_t sched_context_bind = 34;
inline constexpr uint64_t sched_context_unbind = 35;
inline constexpr uint64_t sched_context_unbind_object = 36;
inline constexpr uint64_t sched_context_consumed = 37;
inline constexpr uint64_t sched_context_yield_to = 38;
inline constexpr uint64_t page_table_map = 39;
inline constexpr uint64_t page_table_unmap = 40;
inline constexpr uint64_t page_map = 41;
inline constexpr uint64_t page_unmap = 42;
inline constexpr uint64_t page_get_address = 43;
inline constexpr uint64_t asid_control_make_pool = 44;
inline constexpr uint64_t asid_pool_assign = 45;
inline constexpr uint64_t irq_issue_handler_trigger = 46;
inline constexpr uint64_t label_count = 47;
}  // namespace label

/// Fault labels.
namespace fault {
inline constexpr uint64_t null_fault = 0;
inline constexpr uint64_t cap_fault = 1;
inline constexpr uint64_t unknown_syscall = 2;
inline constexpr uint64_t user_exception = 3;
inline constexpr uint64_t timeout = 5;
inline constexpr uint64_t vm_fault = 6;
}  // namespace fault

/// Sizes that depend on the configuration, as log2 of bytes.
namespace size_bits {
inline constexpr unsigned tcb = 11;
inline constexpr unsigned notification = 6;
inline constexpr unsigned vspace = 12;
inline constexpr unsigned max_untyped = 38;
}  // namespace size_bits

/// First address above user space.
inline constexpr uint64_t user_top = 0x3ffffff000;

using UserContext = Riscv64UserContext;
using BootInfo = McsBootInfo;

}  // namespace mkl::kapi::riscv64_mcs
