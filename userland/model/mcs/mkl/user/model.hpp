// SPDX-License-Identifier: BSD-2-Clause
// What the kernel's scheduling model changes for userland: MCS. A thread runs on a scheduling
// context, a call is answered through a reply object, a fault endpoint is a capability of the
// thread itself.
#pragma once

#include "mkl/user/abi.hpp"

namespace mkl::user {

inline constexpr bool mcs = true;

inline constexpr int64_t sys_wait = abi::sys::wait;
inline constexpr int64_t sys_poll = abi::sys::nb_wait;
inline constexpr int64_t sys_receive = abi::sys::recv;  // with a reply object
/// How to answer a call: a message to the reply object.
inline constexpr int64_t sys_reply = abi::sys::send;
inline constexpr uint64_t reply_cptr = MKL_SLOT_REPLY;

inline constexpr uint64_t sched_context_type = abi::object::sched_context;
inline constexpr uint64_t reply_type = abi::object::reply;
inline constexpr uint64_t configure_sched_label = abi::label::sched_control_configure_flags;

inline uint64_t first_sched_control(const abi::BootInfo& info) { return info.sched_control.start; }

}  // namespace mkl::user
