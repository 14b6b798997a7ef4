// SPDX-License-Identifier: BSD-2-Clause
// Ends that are made of several: queue and RPC ends with their two signals.
#pragma once

#include "queue.hpp"
#include "runtime.hpp"

namespace mkl::user {

/// One line that names `end`, then this component never runs again.
[[noreturn]] void stop_because(const char* what, mkl_end_t end);

/// Incoming signals, for those who receive them by other means than mkl_wait.
bool anything_pending();
void arrived(uint64_t badge);

/// Rings an EMIT end.
void signal_end(const struct ::mkl_end& end);

inline bool is_queue(const struct ::mkl_end& end) {
    return end.kind >= MKL_END_RPC_CLIENT && end.kind <= MKL_END_QUEUE_RECEIVE;
}
inline const struct ::mkl_end* part(uint64_t index) { return &startup->ends[index]; }

inline uint32_t depth_of(const struct ::mkl_end& end) { return static_cast<uint32_t>(end.b >> 32); }
inline uint32_t max_of(const struct ::mkl_end& end) { return static_cast<uint32_t>(end.b); }

/// Requests of an RPC end, or the one queue of a queue end.
inline Queue first_queue(const struct ::mkl_end& end) {
    return {reinterpret_cast<void*>(end.a), depth_of(end), max_of(end)};
}
/// Replies of an RPC end.
inline Queue second_queue(const struct ::mkl_end& end) {
    return {reinterpret_cast<void*>(end.a + mkl_queue_bytes(depth_of(end), max_of(end))),
            depth_of(end), max_of(end)};
}

/// Something to take is there, also without a new signal.
inline bool has_message(const struct ::mkl_end& end) {
    uint32_t length = 0;
    if (end.kind == MKL_END_QUEUE_RECEIVE || end.kind == MKL_END_RPC_SERVER)
        return first_queue(end).front(length) != nullptr;
    if (end.kind == MKL_END_RPC_CLIENT) return second_queue(end).front(length) != nullptr;
    return false;
}

/// Nothing to take from `end`, of which there was a signal: a message that was taken without
/// waiting has its signal come later. A sender's signal is of room.
inline bool is_stale(const struct ::mkl_end& end) {
    return is_queue(end) && end.kind != MKL_END_QUEUE_SEND && !has_message(end);
}

}  // namespace mkl::user
