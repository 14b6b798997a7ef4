// SPDX-License-Identifier: BSD-2-Clause
// What the kernel's scheduling model changes for userland: non-MCS. A thread's time slice is the
// kernel's affair, a reply capability lies in the thread, a fault endpoint is a slot number in the
// thread's own CSpace.
#pragma once

#include "mkl/user/abi.hpp"

namespace mkl::user {

inline constexpr bool mcs = false;

inline constexpr int64_t sys_wait = abi::sys::recv;
inline constexpr int64_t sys_poll = abi::sys::nb_recv;
inline constexpr int64_t sys_receive = abi::sys::recv;
/// How to answer a call: a system call without destination.
inline constexpr int64_t sys_reply = abi::sys::reply;
inline constexpr uint64_t reply_cptr = 0;

/// Objects and invocations that only MCS has.
inline constexpr uint64_t sched_context_type = 0;
inline constexpr uint64_t reply_type = 0;
inline constexpr uint64_t configure_sched_label = 0;

inline uint64_t first_sched_control(const abi::BootInfo&) { return 0; }

}  // namespace mkl::user
