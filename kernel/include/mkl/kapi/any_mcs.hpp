// SPDX-License-Identifier: BSD-2-Clause
// seL4 16.0.0 ABI numbers that every MCS configuration has in common. A configuration's own
// header takes them into its namespaces.
#pragma once

#include "mkl/kapi/types.hpp"

namespace mkl::kapi::any_mcs {

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

/// Invocation labels that no architecture has its own numbers for.
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

using BootInfo = McsBootInfo;

}  // namespace mkl::kapi::any_mcs
