// SPDX-License-Identifier: BSD-2-Clause
// The flow of the loader: boot CPU and the nodes' own CPUs.
//
//   boot CPU:  table -> plan -> firmware's tree -> caches -> common memory -> interrupt
//              controller -> start the other CPUs -> wait until they are here -> own node -> wait
//              -> open the gate -> own kernel
//   each CPU:  caches -> wait until all are here -> verify -> copy -> its interrupt interface ->
//              gate -> kernel
// No node's memory is written before every CPU is here or given up: one may still come through code
// of ours that lies there (arch::expect_strays).
// The gate keeps the loader's lines together: no kernel runs before every node is ready or failed.
//   steward:   after the gate, waits until every node is READY, then enables the marked lines
#pragma once

#include "arch.hpp"
#include "console.hpp"
#include "payload.hpp"
#include "status.hpp"

namespace mkl::loader {

/// What a node's CPU tells the boot CPU.
enum class Progress : uint32_t { waiting, running, ready, failed };

/// Lives in scratch; visible to every CPU of the loader.
struct Shared {
    Payload payload;
    Console console;
    arch::Translation translation;
    uint32_t assembled;                        // 1: nodes may write their memory
    uint32_t gate;                             // 1: nodes may enter their kernels
    uint32_t progress[MKL_PAYLOAD_MAX_NODES];  // Progress
    uint64_t asked_at[MKL_PAYLOAD_MAX_NODES];  // counter when its CPU was asked for
    uint64_t gate_opened;                      // counter
    CpuContext contexts[MKL_PAYLOAD_MAX_NODES + 1];
};
static_assert(sizeof(Shared) <= scratch_tree - scratch_shared);

extern "C" {
/// Boot CPU, from start.S, at its place and with caches off. `tree`: the copy in scratch, or 0;
/// `tree_was`: where firmware had it.
[[noreturn]] void loader_main(const mkl_loader_params* params, uint64_t loaded_at, uint64_t tree,
                              uint64_t tree_was);
/// Before the move: copies the tree at `tree` to `to` and asks it whether there is RAM where the
/// loader goes; does not return if not. Bytes copied, 0: there was no tree.
uint64_t loader_before_move(uint64_t tree, uint64_t to);
/// A node's own CPU, caches on.
[[noreturn]] void loader_cpu_main(const CpuContext* context);
[[noreturn]] void loader_fault(uint64_t kind, uint64_t syndrome, uint64_t address, uint64_t pc);
}

/// Of arch::counter(): the plan's, else what the CPU says.
uint64_t counter_hz_of(const Payload& payload);

/// Hash, copy and zero everything of one node; stamps VERIFIED and COPIED.
Fault prepare_node(const Payload& payload, const mkl_payload_node& node, StatusPage& status);

/// Pools zeroed, status pages and log rings made, all of it published.
void prepare_common(const Payload& payload);

}  // namespace mkl::loader
