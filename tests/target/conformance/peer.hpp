// SPDX-License-Identifier: BSD-2-Clause
// The other node of a two-node test machine: a pool both see, and a signal each way. The node that
// is looked at runs heartbeat.cpp.
#pragma once

#include "mkl/rt/boot_record.hpp"
#include "suite.hpp"

namespace suite {

/// In the pool's first page.
struct Heartbeat {
    volatile Word beats;    // goes up all the time
    volatile Word answers;  // signals it has received
};

/// The boot record that the kernel passes on; null where the kernel is another one.
bool own_record(mkl::rt::BootRecord& record);
/// Maps the pool's first page uncached at kept_address + 0x1000; null if there is none.
Heartbeat* map_heartbeat(const mkl::rt::BootRecord& record);

/// A handler of the signal that the node takes, which it delivers to `notification`.
Word signal_handler(const mkl::rt::BootRecord& record, Word notification);

/// Looks for the other node; from prepare().
void find_peer();
/// True if there is no other node, or its heartbeat goes on and it answers a signal.
bool peer_is_alive();
Word peer_beats();
Word peer_answers();

}  // namespace suite
