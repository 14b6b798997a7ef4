// SPDX-License-Identifier: BSD-2-Clause
// seL4 16.0.0 ABI numbers that every non-MCS configuration has in common. A configuration's own
// header takes them into its namespaces.
#pragma once

#include "mkl/kapi/types.hpp"

namespace mkl::kapi::any_classic {

/// System call numbers.
namespace sys {
inline constexpr int64_t call = -1;
inline constexpr int64_t reply_recv = -2;
inline constexpr int64_t send = -3;
inline constexpr int64_t nb_send = -4;
inline constexpr int64_t recv = -5;
inline constexpr int64_t reply = -6;
inline constexpr int64_t yield = -7;
inline constexpr int64_t nb_recv = -8;
inline constexpr int64_t debug_put_char = -9;
inline constexpr int64_t debug_dump_scheduler = -10;
inline constexpr int64_t debug_halt = -11;
inline constexpr int64_t debug_cap_identify = -12;
inline constexpr int64_t debug_snapshot = -13;
inline constexpr int64_t debug_name_thread = -14;
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
inline constexpr uint64_t tcb_set_ipc_buffer = 9;
inline constexpr uint64_t tcb_set_space = 10;
inline constexpr uint64_t tcb_suspend = 11;
inline constexpr uint64_t tcb_resume = 12;
inline constexpr uint64_t tcb_bind_notification = 13;
inline constexpr uint64_t tcb_unbind_notification = 14;
inline constexpr uint64_t tcb_set_tls_base = 15;
inline constexpr uint64_t tcb_set_flags = 16;
inline constexpr uint64_t cnode_revoke = 17;
inline constexpr uint64_t cnode_delete = 18;
inline constexpr uint64_t cnode_cancel_badged_sends = 19;
inline constexpr uint64_t cnode_copy = 20;
inline constexpr uint64_t cnode_mint = 21;
inline constexpr uint64_t cnode_move = 22;
inline constexpr uint64_t cnode_mutate = 23;
inline constexpr uint64_t cnode_rotate = 24;
inline constexpr uint64_t cnode_save_caller = 25;
inline constexpr uint64_t irq_issue_handler = 26;
inline constexpr uint64_t irq_ack = 27;
inline constexpr uint64_t irq_set_handler = 28;
inline constexpr uint64_t irq_clear_handler = 29;
inline constexpr uint64_t domain_set_set = 30;
inline constexpr uint64_t domain_schedule_configure = 31;
inline constexpr uint64_t domain_schedule_set_start = 32;
}  // namespace label

/// Fault labels.
namespace fault {
inline constexpr uint64_t null_fault = 0;
inline constexpr uint64_t cap_fault = 1;
inline constexpr uint64_t unknown_syscall = 2;
inline constexpr uint64_t user_exception = 3;
inline constexpr uint64_t vm_fault = 5;
}  // namespace fault

using BootInfo = ClassicBootInfo;

}  // namespace mkl::kapi::any_classic
